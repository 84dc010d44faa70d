"""Celery tasks: thin, idempotent, and only hints; PostgreSQL knows what there is to do."""

from __future__ import annotations

from celery import shared_task

from mediadock.uploads.services.answer import answer_hint
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.services.tidy import tidy


@shared_task(name="mediadock.process")  # type: ignore[untyped-decorator]
def process_uploaded_asset(asset_id: int) -> None:
    """An asset waits, perhaps: whoever's turn it is gets served."""
    answer_hint(asset_id)


@shared_task(name="mediadock.sweep")  # type: ignore[untyped-decorator]
def sweep_unsettled() -> None:
    """A round of the sweeper."""
    sweep()


@shared_task(name="mediadock.tidy")  # type: ignore[untyped-decorator]
def tidy_orphans() -> None:
    """Remove what our own assets left behind, past its grace period; what nobody knows is an operator's to judge."""
    tidy(dry_run=False)
