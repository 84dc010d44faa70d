"""Object keys: where bytes wait (``incoming/``), what we wrote (``media/``) and what is kept (``originals/``).

The client's name enters a key only as a slug. Published keys carry the attempt and a random part, so they are
immutable and two workers can never write to the same one.
"""

from __future__ import annotations

INCOMING = "incoming/"
PUBLISHED = "media/"
ORIGINALS = "originals/"


UNNUMBERED = "{asset}"
"""Stands in a key for the id of an asset that the database has yet to number; no slug can hold it."""


def incoming_key(layout: str, *, owner_id: int, asset_id: int | None, slug: str) -> str:
    """The quarantine key of an upload: ``layout`` with ``{owner}``, ``{asset}`` and ``{name}`` filled in.

    Without an ``asset_id`` its place is held by ``UNNUMBERED``.
    """
    return INCOMING + layout.format(owner=owner_id, asset=UNNUMBERED if asset_id is None else asset_id, name=slug)


def published_prefix(*, asset_id: int, attempt: int, nonce: str) -> str:
    """The folder that one attempt publishes into; ``nonce`` is random and unguessable."""
    return f"{PUBLISHED}{asset_id}/{attempt}-{nonce}/"


def published_key(prefix: str, *, variant: str, extension: str) -> str:
    """The key of one variant below its attempt's prefix."""
    return f"{prefix}{variant}.{extension}"


def original_key(*, asset_id: int, attempt: int, nonce: str, slug: str) -> str:
    """Where a verified original is kept, private."""
    return f"{ORIGINALS}{asset_id}/{attempt}-{nonce}/{slug}"
