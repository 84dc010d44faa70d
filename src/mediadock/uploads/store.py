"""The process's one object store and presigner, made from the settings on first use."""

from __future__ import annotations

from functools import cache

from mediadock.storage.presign import Presigner
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.conf import conf


@cache
def object_store() -> ObjectStore:
    """The store's control calls; thread-safe."""
    return ObjectStore(conf().store)


@cache
def presigner() -> Presigner:
    """Signs for the address that browsers see."""
    return Presigner(conf().store, public=True)
