"""Reading the head of a file as text, the way a careless reader downstream might."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ID3_HEADER_BYTES = 10


def is_text(head: bytes) -> bool:
    """Whether the head reads as text: no control characters, in UTF-8, Latin-1, or UTF-16/32 with a mark."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            text = head[len(mark) :].decode(encoding, errors="ignore")
            return not _CONTROL.search(text.encode("utf-8", errors="ignore"))
    return not _CONTROL.search(head)


def readings(head: bytes) -> Iterator[str]:
    """The head in every encoding that its bytes hint at, lower case, from its first meaningful character."""
    for start in (head, without_id3(head)):
        yield _trimmed(start.decode("latin-1"))
        for mark, encoding in _BOMS:
            if start.startswith(mark):
                yield _trimmed(start[len(mark) :].decode(encoding, errors="ignore"))
        if b"\0" in start[:64]:  # UTF-16 or -32 that does not say so: what is left without the zeros
            yield _trimmed(start.replace(b"\0", b"").decode("latin-1"))
        if b"+A" in start[:64]:
            yield _trimmed(start.decode("utf-7", errors="ignore"))


def without_id3(head: bytes) -> bytes:
    """What follows leading ID3v2 tags (FFmpeg skips them before it guesses, and so do players)."""
    while head.startswith(b"ID3") and len(head) > _ID3_HEADER_BYTES:
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        head = head[_ID3_HEADER_BYTES + size :]
    return head


def _trimmed(text: str) -> str:
    return text.lstrip("\ufeff\u00ef\u00bb\u00bf\u00ff\u00fe\x00\x0b \t\r\n\f\u00a0\u2028").lower()
