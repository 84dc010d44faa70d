"""Object keys: where bytes wait (``incoming/``), what we wrote (``media/``) and what is kept (``originals/``).

The client's name enters a key only as a slug. Published keys carry the attempt and a random part, so they are
immutable and two workers can never write to the same one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType

INCOMING = "incoming/"
PUBLISHED = "media/"
ORIGINALS = "originals/"


UNNUMBERED = "{asset}"
"""Stands in a key for the id of an asset that the database has yet to number; no slug can hold it."""


def incoming_key(
    layout: str,
    *,
    owner_id: int,
    asset_id: int | None,
    slug: str,
    now: datetime,
    unique: str,
    fields: Mapping[str, str | int] = MappingProxyType({}),
) -> str:
    """The quarantine key of an upload: the ``layout`` of its profile with its names in braces filled in.

    ``{owner}``, ``{asset}``, ``{name}`` (a slug with its extension), ``{ext}`` (``bin`` where there is none),
    ``{time_ms}`` and ``{unique}``, a random text; ``fields`` are further ones that the surface has checked, such as
    an id. Without an ``asset_id`` its place is held by ``UNNUMBERED``.
    """
    return INCOMING + layout.format(
        owner=owner_id,
        asset=UNNUMBERED if asset_id is None else asset_id,
        name=slug,
        ext=slug.rpartition(".")[2].lower() if "." in slug else "bin",
        time_ms=int(now.timestamp() * 1000),
        unique=unique,
        **fields,
    )


def holds_the_id(layout: str) -> bool:
    """Whether keys of a ``layout`` hold their asset's id."""
    return UNNUMBERED in layout


def layout_prefix(layout: str) -> str:
    """What every quarantine key of a ``layout`` begins with."""
    return INCOMING + layout.partition("{")[0]


def is_laid_out(object_key: str, layout: str) -> bool:
    """Whether a quarantine key is of this ``layout``; no step of it can be ``.`` or ``..``."""
    return _pattern(layout).fullmatch(object_key) is not None


@cache
def _pattern(layout: str) -> re.Pattern[str]:
    steps = re.split(r"\{[a-z_]+\}", INCOMING + layout)
    return re.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*".join(map(re.escape, steps)), re.ASCII)


def published_prefix(*, asset_id: int, attempt: int, nonce: str) -> str:
    """The folder that one attempt publishes into; ``nonce`` is random and unguessable."""
    return f"{PUBLISHED}{asset_id}/{attempt}-{nonce}/"


def published_key(prefix: str, *, variant: str, extension: str) -> str:
    """The key of one variant below its attempt's prefix."""
    return f"{prefix}{variant}.{extension}"


def original_key(*, asset_id: int, attempt: int, nonce: str, slug: str) -> str:
    """Where a verified original is kept, private."""
    return f"{ORIGINALS}{asset_id}/{attempt}-{nonce}/{slug}"
