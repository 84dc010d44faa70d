"""How an asset is shown: cells of the list and fields of its page. Whatever a client chose is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mediadock.core.states import State
from mediadock.uploads.admin.timeline import Step, spent, timelines
from mediadock.uploads.admin.words import human_bytes, human_duration
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.snapshot import render, snapshot

_UNDER_WAY = frozenset({State.PENDING, State.UPLOADED, State.PROCESSING})


def attach_steps(assets: Iterable[MediaAsset]) -> None:
    """Give each asset of a page its ``steps``, by one statement for all."""
    page = list(assets)
    steps = timelines([asset.pk for asset in page])
    for asset in page:
        asset.steps = steps.get(asset.pk, [])  # type: ignore[attr-defined]  # lives as long as the page


def shown(asset: MediaAsset) -> Mapping[str, Any]:
    """The asset with addresses, as its owner gets it."""
    return render(snapshot(asset, message_status=None), viewer_id=asset.owner_id)


@admin.display(description="")
def preview(asset: MediaAsset) -> SafeString | str:
    """Its smallest picture, from the store."""
    url = shown(asset)["thumbnail_url"]
    if url is None:
        return format_html('<span class="md-thumb md-thumb-none" aria-hidden="true">{}</span>', asset.kind[:1].upper())
    return format_html('<img class="md-thumb" src="{}" alt="" width="48" height="48" loading="lazy">', url)


@admin.display(description="asset", ordering="pk")
def named(asset: MediaAsset) -> SafeString:
    """Its file's name, and what it is."""
    return format_html(
        '<span class="md-name">{}</span><span class="md-sub">#{} · {} · {} · {}</span>',
        asset.file_name,
        asset.pk,
        asset.kind,
        asset.profile,
        human_bytes(asset.size_bytes),
    )


@admin.display(description="state")
def state(asset: MediaAsset) -> SafeString:
    """With a colour that repeats the word."""
    return format_html('<span class="md-state md-state-{}">{}</span>', asset.state, asset.state)


@admin.display(description="state")
def happened(asset: MediaAsset) -> SafeString:
    """Its state, the attempts that it took, and what went wrong."""
    why = format_html('<div class="md-why">{}</div>', reason(asset)) if asset.error_code is not None else ""
    return format_html('{} <span class="md-tries">{}</span>{}', state(asset), attempts(asset), why)


@admin.display(description="reason")
def reason(asset: MediaAsset) -> SafeString | str:
    """The error's code, which leads to the others of it, and its sentence."""
    if asset.error_code is None:
        return "–"
    return format_html(
        '<a href="{}?error_code__exact={}"><code>{}</code></a><span class="md-sub">{}</span>',
        reverse("admin:mediadock_uploads_mediaasset_changelist"),
        asset.error_code,
        asset.error_code,
        asset.error_reason or "",
    )


@admin.display(description="owner")
def owner(asset: MediaAsset) -> SafeString:
    """Leads to all that is his or hers."""
    return format_html(
        '<a href="{}?owner__id__exact={}">{}</a><span class="md-sub">#{}</span>',
        reverse("admin:mediadock_uploads_mediaasset_changelist"),
        asset.owner_id,
        asset.owner.get_username(),
        asset.owner_id,
    )


@admin.display(description="size")
def size(asset: MediaAsset) -> str:
    """Of the original."""
    return human_bytes(asset.size_bytes)


@admin.display(description="attempts")
def attempts(asset: MediaAsset) -> str:
    """Of those that it has."""
    return f"attempt {asset.attempt} of {conf().max_attempts}" if asset.attempt else "no attempt yet"


@admin.display(description="age", ordering="pk")
def age(asset: MediaAsset) -> SafeString:
    """Since it was prepared."""
    created: datetime = asset.created_at
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        created.isoformat(),
        f"{created:%Y-%m-%d %H:%M:%S} UTC",
        human_duration(timezone.now() - created),
    )


@admin.display(description="times")
def times(asset: MediaAsset) -> SafeString | str:
    """Upload, wait and work; what goes on just now is marked."""
    steps: Sequence[Step] = getattr(asset, "steps", ())
    if not steps:
        return "–"
    sums = spent(steps, now=timezone.now())
    running = list(sums)[-1] if sums and State(asset.state) in _UNDER_WAY else None
    return format_html_join("", '<span class="md-time{}">{} {}</span>', _marked(sums, running))


def _marked(sums: Mapping[str, timedelta], running: str | None) -> list[tuple[str, str, str]]:
    return [
        (" md-time-running" if name == running else "", name, human_duration(lasted)) for name, lasted in sums.items()
    ]
