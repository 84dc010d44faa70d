"""ZIP and what is a ZIP in disguise: office documents, books, and programs."""

from __future__ import annotations

import struct

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OFFICE_FIRST = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/")
_SAID = (b"application/epub+zip", b"application/vnd.oasis.opendocument.")
_PROGRAM_FIRST = (b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"classes.dex")
_ZIP = "application/zip"


def zip_type(head: bytes) -> str | None:
    """The type by the first entry and the names in reach; a plain ``application/zip`` when they say nothing."""
    if head.startswith(b"PK\x05\x06"):
        return _ZIP
    if not head.startswith(b"PK\x03\x04") or len(head) < _LOCAL_HEADER.size:
        return None
    name_length, extra_length = _LOCAL_HEADER.unpack_from(head)[9:11]
    name_end = _LOCAL_HEADER.size + name_length
    name = head[_LOCAL_HEADER.size : name_end]
    if name == b"mimetype":
        said = head[name_end + extra_length : name_end + extra_length + 80]
        return _said_type(said)
    if name.startswith((*_OFFICE_FIRST, *(folder for folder, _ in _OFFICE))):
        return next((content_type for folder, content_type in _OFFICE if folder in head), _ZIP)
    return _ZIP


def is_program_archive(head: bytes) -> bool:
    """Whether the archive's first entry makes it a Java or Android program."""
    name = head[_LOCAL_HEADER.size : _LOCAL_HEADER.size + 64]
    return head.startswith(b"PK\x03\x04") and name.startswith(
        (b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"classes.dex")
    )


def _said_type(said: bytes) -> str:
    for prefix in _SAID:
        if said.startswith(prefix):
            text = said.split(b"PK", 1)[0].decode("ascii", errors="ignore").strip("\0 \r\n")
            return text.removesuffix("-template")
    return _ZIP
