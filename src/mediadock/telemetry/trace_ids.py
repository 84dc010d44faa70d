"""The trace of an asset's life, computed from its id: nothing is stored, carried or lost.

Prepare, complete and each attempt happen in different processes, hours apart, and a hint does not name the asset
that its worker takes in the end. Each of them computes the same ids, with a key so that two installations differ.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

from django.conf import settings


@cache
def _key() -> bytes:
    return blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"mediadock traces").digest()


def trace_id_of(asset_id: int) -> int:
    """128 bits, never zero."""
    return int.from_bytes(blake2b(f"asset {asset_id}".encode(), key=_key(), digest_size=16).digest()) or 1


def span_id_of(asset_id: int, name: str) -> int:
    """64 bits for the one span of this name in the asset's trace, never zero."""
    return int.from_bytes(blake2b(f"asset {asset_id} {name}".encode(), key=_key(), digest_size=8).digest()) or 1


def as_hex(trace_id: int) -> str:
    """As traces are named in logs and headers."""
    return f"{trace_id:032x}"
