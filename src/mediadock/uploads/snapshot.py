"""What an asset looks like: stored with keys, shown with URLs.

``snapshot`` is taken inside a transition and kept in its events; it holds object keys, no address and no secret.
``render`` turns it into what a viewer gets: fresh presigned addresses, and the original only for its owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from mediadock.core.profiles import registered
from mediadock.core.states import VIEWS, State, stage_of
from mediadock.uploads.conf import conf
from mediadock.uploads.facts import Presigned, tell
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import presigner

RETRYABLE_STATES = frozenset({State.FAILED})
_SMALL_ENOUGH = ("240", "96")
"""The thumbnail to show first; of a profile with other sizes it is the smallest."""
_TAKES_LONG = frozenset({"video", "audio"})
"""Kinds whose progress is told apart, as it happens: their first picture is only the beginning."""
_STABLE_FOR = timedelta(minutes=5)
"""Addresses are signed for the start of a five-minute window, so that a picture keeps its address, and its place in
the browser's cache, from one event to the next."""

Snapshot = dict[str, Any]


def snapshot(asset: MediaAsset, *, message_status: str | None) -> Snapshot:
    """The asset as JSON with keys in place of URLs; ``message_status`` is its link's, where it hangs on one."""
    state = State(asset.state)
    view = VIEWS[state]
    return {
        "asset_id": asset.pk,
        "message_id": message_id_of(asset),
        "owner_id": asset.owner_id,
        "profile": asset.profile,
        "kind": asset.kind,
        "file_name": asset.file_name,
        "content_type": asset.detected_type or asset.declared_type,
        "size": asset.size_bytes,
        "state": state.value,
        "message_status": message_status or view.message_status,
        "processing_status": view.processing_status,
        "stage": stage_of(state, has_thumbnail=bool(asset.variants)),
        "progress": 100 if state is State.READY or (asset.variants and asset.kind not in _TAKES_LONG) else 0,
        "attempt": asset.attempt,
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
        "waveform": asset.waveform,
        "pages": asset.pages,
        "placeholder": asset.placeholder,
        "variants": asset.variants,
        "error": _error(asset, state),
        "created_at": asset.created_at.isoformat(),
        "updated_at": asset.updated_at.isoformat(),
    }


def message_id_of(asset: MediaAsset) -> int | None:
    """The message that an asset hangs on, if it hangs on one."""
    return asset.link_id if asset.link_kind == "message" else None


def stage_out(asset: MediaAsset) -> dict[str, Any]:
    """Where an asset is, as the calls that move it answer."""
    stage = stage_of(State(asset.state), has_thumbnail=bool(asset.variants))
    return {"message_id": message_id_of(asset), "asset_id": asset.pk, "stage": stage}


def render(stored: Mapping[str, Any], *, viewer_id: int) -> Snapshot:
    """What ``viewer_id`` gets to see of a snapshot: addresses that open for about a quarter of an hour."""
    if "variants" not in stored:
        return dict(stored)
    shown = {
        name: _address(variant, stored)
        for name, variant in stored["variants"].items()
        if name != "original" or viewer_id == stored["owner_id"]
    }
    media = _first(shown, _media_order(stored, shown)) if stored["state"] == State.READY else None
    return {
        **stored,
        "variants": shown,
        "thumbnail_url": _first(shown, (*_SMALL_ENOUGH, *_sizes(shown))),
        "media_url": media,
        "url": media,
    }


def _error(asset: MediaAsset, state: State) -> dict[str, object] | None:
    if asset.error_code is None:
        return None
    return {"code": asset.error_code, "reason": asset.error_reason, "retryable": state in RETRYABLE_STATES}


def _media_order(stored: Mapping[str, Any], shown: Mapping[str, object]) -> Sequence[str]:
    """What to look at first, whatever the profile's preset calls it: its first film or sound, its largest picture."""
    kind, profile = stored["kind"], registered().get(stored["profile"])
    if kind == "image":
        return _sizes(shown)[::-1]
    if kind == "file":
        return ("file",)
    preset = None if profile is None else profile.video if kind == "video" else profile.audio
    own = [variant.name for variant in preset.variants] if preset is not None else []
    return (*own, kind, "original")


def _sizes(shown: Mapping[str, object]) -> list[str]:
    """The names of the pictures among the variants, the smallest first."""
    return sorted((name for name in shown if name.isdecimal()), key=int)


def _first(shown: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str | None:
    return next((cast("str", shown[name]["url"]) for name in names if name in shown), None)


def _address(variant: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """A variant as the wire has it. What we did not render ourselves is only ever offered as an attachment."""
    wire = {name: variant.get(name) for name in ("content_type", "width", "height", "size_bytes")}
    settings = conf()
    profile = registered().get(stored["profile"])  # none is a host's that was taken out: its files are private
    if settings.cdn_base_url and profile is not None and profile.public and not variant.get("attachment"):
        return {"url": f"{settings.cdn_base_url.rstrip('/')}/{quote(variant['key'])}", **wire}
    disposition = None
    if variant.get("attachment"):
        disposition = f"attachment; filename*=UTF-8''{quote(stored['file_name'], safe='')}"
    url = presigner().get_object(
        variant["key"],
        expires_s=settings.url_expiry_s + int(_STABLE_FOR.total_seconds()),
        now=_window_start(),
        content_type=variant["content_type"],
        content_disposition=disposition,
    )
    tell(Presigned("get", 1))
    return {"url": url, **wire}


def _window_start() -> datetime:
    seconds = int(_STABLE_FOR.total_seconds())
    now = int(datetime.now(UTC).timestamp())
    return datetime.fromtimestamp(now - now % seconds, UTC)
