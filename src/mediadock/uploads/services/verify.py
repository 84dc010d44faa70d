"""Verify: what arrived is what was recorded, and its first bytes are what it says. Nothing uploaded is trusted."""

from __future__ import annotations

from mediadock.core.errors import ContentRejected
from mediadock.core.filetypes import FileType, Kind, find_type, taken_for, type_as
from mediadock.core.policy import human_bytes
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
    accepted, of another kind than it was declared, or larger than files of its kind may be.
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
    detected = find_type(sniffed.content_type)
    if detected is None:
        raise ContentRejected(
            "type_unknown", "This is not a file of a type that is accepted here.", log=sniffed.content_type
        )
    readings = _readings(detected, Kind(asset.kind))
    if not readings:
        sentence = f"The file was sent as {asset.kind}, but it is {detected.content_type}."
        raise ContentRejected("type_mismatch", sentence)
    limits = [profile.max_bytes[reading.kind] for reading in readings if profile.accepts(reading)]
    if not limits:
        raise ContentRejected("type_not_allowed", f"{detected.content_type} is not accepted here.")
    if asset.size_bytes > max(limits):
        sentence = (
            f"The file is too large: at most {human_bytes(max(limits))} of {detected.content_type} are accepted here."
        )
        raise ContentRejected("file_too_large", sentence)
    is_underneath = asset.declared_type.startswith(_UNDERNEATH.get(detected.content_type, ()))
    return asset.declared_type if is_underneath else detected.content_type


def _readings(detected: FileType, declared: Kind) -> list[FileType]:
    """What the file may turn out to be; none where it is of another kind than it was sent as.

    A head does not tell whether a container holds pictures or only sound. The decoder will, and asks the profile again.
    """
    as_said = taken_for(declared, detected)
    if as_said is not None:
        return [as_said]
    if {detected.kind, declared} <= _TIMED:
        other = find_type(type_as(declared, detected.content_type))
        return [detected, *([other] if other is not None and other.kind is declared else [])]
    return []
