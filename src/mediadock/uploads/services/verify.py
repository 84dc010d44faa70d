"""Verify: what arrived is what was recorded, and its first bytes are what it says. Nothing uploaded is trusted."""

from __future__ import annotations

from mediadock.core.errors import ContentRejected
from mediadock.core.filetypes import Kind, find_type
from mediadock.core.profiles import Profile
from mediadock.processing.sniff import HEAD_BYTES, Sniffed, sniff
from mediadock.storage.errors import ObjectMissing
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import object_store

_TIMED = frozenset({Kind.AUDIO, Kind.VIDEO})
_UNDERNEATH = {
    "text/plain": ("text/", "application/json"),
    "application/zip": ("application/vnd.openxmlformats-", "application/vnd.oasis.opendocument.", "application/epub+"),
}
"""Formats that are text, or a zip, underneath: where the head tells no more, the declared type stands."""


def verify_upload(asset: MediaAsset, profile: Profile) -> str:
    """The detected content type of the pinned object.

    Raises ``ContentRejected`` when the object is gone, changed, of another size, of a type that is never
    accepted, or of another kind than it was declared.
    """
    store = object_store()
    etag = asset.etag or ""
    try:
        head = store.head(asset.object_key, etag=etag)
        if head.size_bytes != asset.size_bytes:
            raise ContentRejected("size_mismatch", "The file is not as long as it was declared.")
        first = store.read_range(asset.object_key, etag=etag, start=0, end=min(HEAD_BYTES, asset.size_bytes))
    except ObjectMissing as error:
        raise ContentRejected("object_missing", "The file is no longer in the store; send it again.") from error
    return _agreed_type(asset, profile, sniff(first, size_bytes=asset.size_bytes))


def _agreed_type(asset: MediaAsset, profile: Profile, sniffed: Sniffed) -> str:
    if sniffed.kind is None:
        raise ContentRejected(
            "type_unknown", "This is not a file of a type that is accepted here.", log=sniffed.content_type
        )
    detected = Kind(sniffed.kind)
    declared = Kind(asset.kind)
    if detected is not declared and not {detected, declared} <= _TIMED:
        raise ContentRejected("type_mismatch", f"The file was sent as {declared}, but it is {sniffed.content_type}.")
    file_type = find_type(sniffed.content_type)
    if file_type is None or not profile.accepts(file_type):
        raise ContentRejected("type_not_allowed", f"{sniffed.content_type} is not accepted here.")
    is_underneath = asset.declared_type.startswith(_UNDERNEATH.get(sniffed.content_type, ()))
    return asset.declared_type if is_underneath else sniffed.content_type
