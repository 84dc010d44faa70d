"""Object keys: where bytes wait (``incoming/``), what we wrote (``media/``) and what is kept (``originals/``).

The client's name enters a key only as a slug. Published keys carry the attempt and a random part, so they are
immutable and two workers can never write to the same one.
"""

from __future__ import annotations

INCOMING = "incoming/"
PUBLISHED = "media/"
ORIGINALS = "originals/"


def incoming_key(layout: str, *, owner_id: int, asset_id: int, slug: str) -> str:
    """The quarantine key of an upload: ``layout`` with ``{owner}``, ``{asset}`` and ``{name}`` filled in."""
    return INCOMING + layout.format(owner=owner_id, asset=asset_id, name=slug)


def published_prefix(*, asset_id: int, attempt: int, nonce: str) -> str:
    """The folder that one attempt publishes into; ``nonce`` is random and unguessable."""
    return f"{PUBLISHED}{asset_id}/{attempt}-{nonce}/"


def published_key(prefix: str, *, variant: str, extension: str) -> str:
    """The key of one variant below its attempt's prefix."""
    return f"{prefix}{variant}.{extension}"


def original_key(*, asset_id: int, attempt: int, nonce: str, slug: str) -> str:
    """Where a verified original is kept, private."""
    return f"{ORIGINALS}{asset_id}/{attempt}-{nonce}/{slug}"
