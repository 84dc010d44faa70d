"""Housekeeping of the HTTP plumbing, as a Celery task."""

from __future__ import annotations

from celery import shared_task

from mediadock.api.idempotency import forget_old_answers


@shared_task(name="mediadock.forget_old_answers")  # type: ignore[untyped-decorator]
def forget_answers_given_yesterday() -> None:
    """Idempotent answers are kept for 24 hours."""
    forget_old_answers()
