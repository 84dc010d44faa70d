"""What the first kilobytes of an upload are, whatever its name and headers say.

Two opinions are asked. Our own strict table must know every picture, film and sound (``sniffing/signatures``);
libmagic helps with documents. What runs, or points elsewhere, is refused first, wherever it would be
recognised: at the head of the file, behind a byte-order mark, blanks, comments or an ID3 tag, in UTF-8, -16, -32 or -7.
A text that merely mentions such things is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mediadock.core.errors import ContentRejected
from mediadock.core.filetypes import find_type
from mediadock.processing.sniffing.active import find_active
from mediadock.processing.sniffing.libmagic import ask_libmagic
from mediadock.processing.sniffing.signatures import find_signature
from mediadock.processing.sniffing.text import is_text

HEAD_BYTES = 4096
SniffedKind = Literal["image", "video", "audio", "file"]


@dataclass(frozen=True)
class Sniffed:
    """The detected type; ``kind`` is None when the type is not one that we accept."""

    content_type: str
    kind: SniffedKind | None


_SENTENCES = {
    "executable": "This file is a program. Programs are not accepted.",
    "script": "This file is a script. Scripts are not accepted.",
    "html": "This file is a web page. Web pages are not accepted.",
    "svg": "This file is an SVG drawing. SVG is not accepted; send it as a PNG instead.",
    "playlist": "This file is a playlist that points to other files. Send the files themselves.",
    "empty": "This file is empty.",
}


def sniff(head: bytes, *, size_bytes: int) -> Sniffed:
    """Detect the type from the first bytes (2-4 KiB are enough).

    ContentRejected ``executable`` ``script`` ``html`` ``svg`` ``playlist`` ``empty``. It cannot tell what
    streams a container holds, nor that the rest of the file is sound: decoding does.
    """
    head = head[:HEAD_BYTES]
    if size_bytes == 0 or not head:
        raise _refused("empty")
    if active := find_active(head):
        raise _refused(active)
    known = find_signature(head)
    opinion = ask_libmagic(head)
    if opinion.runs and not is_text(head):
        raise _refused("executable")
    if known is not None:
        return _sniffed(known)
    if is_text(head):
        return _sniffed(opinion.content_type if opinion.is_plain_document else "text/plain")
    if opinion.is_document:
        return _sniffed(opinion.content_type)
    return Sniffed(content_type="application/octet-stream", kind=None)


def _sniffed(content_type: str) -> Sniffed:
    accepted = find_type(content_type)
    if accepted is None:
        return Sniffed(content_type=content_type, kind=None)
    return Sniffed(content_type=accepted.content_type, kind=accepted.kind.value)


def _refused(code: str) -> ContentRejected:
    return ContentRejected(code, _SENTENCES[code])
