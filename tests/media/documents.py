"""PDFs written by hand, so that a test can say exactly what is in them, and leave out what a library would mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
RED_TOP_LEFT = b"1 0 0 rg 0 692 100 100 re f "
BLUE_BOTTOM_RIGHT = b"0 0 1 rg 512 0 100 100 re f "
FIRST_FURTHER = 3
"""Number of the first of ``further`` objects; the catalog is 1 and the page tree 2."""

Cipher = Callable[[int, bytes], bytes]
"""Encrypts the stream of the object of a number."""


@dataclass(frozen=True)
class Page:
    """One page of a document: what it draws, and its entries besides (``/MediaBox`` has a default)."""

    content: bytes = RED_TOP_LEFT + BLUE_BOTTOM_RIGHT
    entries: bytes = b"/MediaBox [0 0 612 792]"


def plain(_number: int, body: bytes) -> bytes:
    """No encryption."""
    return body


def stream(body: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), entries, body)


def document(
    *pages: Page,
    further: Sequence[bytes] = (),
    catalog: bytes = b"",
    tree: bytes | None = None,
    trailer: bytes = b"",
    cipher: Cipher = plain,
) -> bytes:
    """A whole PDF; ``further`` objects are numbered from 3, ``tree`` replaces the page tree's entries."""
    return written(objects_of(*pages, further=further, catalog=catalog, tree=tree, cipher=cipher), trailer=trailer)


def objects_of(
    *pages: Page,
    further: Sequence[bytes] = (),
    catalog: bytes = b"",
    tree: bytes | None = None,
    cipher: Cipher = plain,
) -> list[bytes]:
    """The objects of a document, numbered from 1."""
    first = FIRST_FURTHER + len(further)
    numbers = [first + 2 * index for index in range(len(pages))]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages %s >>" % (b"/Count %d /Kids [%s]" % (len(pages), kids) if tree is None else tree),
        *further,
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects.append(b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R %s >>" % (number + 1, page.entries))
        objects.append(stream(cipher(number + 1, page.content)))
    return objects


def written(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """Objects, their table and the trailer."""
    head, offsets = _body(objects)
    return head + _tail(offsets, at=len(head), trailer=trailer)


class SparseDocument:
    """A source of any size: a PDF with ``gap_bytes`` of zeros in an unused stream between its pages and its table.

    Nothing of the zeros is stored; ``bytes_read`` counts what was asked for.
    """

    def __init__(self, objects: Sequence[bytes], *, gap_bytes: int) -> None:
        head, offsets = _body(objects)
        self._head = head + b"%d 0 obj\n<< /Length %d >>\nstream\n" % (len(objects) + 1, gap_bytes)
        behind = b"\nendstream\nendobj\n"
        at = len(self._head) + gap_bytes + len(behind)
        self._tail = behind + _tail([*offsets, len(head)], at=at, trailer=b"")
        self._gap_bytes = gap_bytes
        self.bytes_read = 0

    def forget_the_table(self) -> None:
        """Say nothing of where the objects are."""
        self._tail = self._tail.replace(b"startxref", b"startxxxx")

    @property
    def size_bytes(self) -> int:
        return len(self._head) + self._gap_bytes + len(self._tail)

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size_bytes)
        behind = len(self._head) + self._gap_bytes
        zeros = max(0, min(end, behind) - max(offset, len(self._head)))
        tail = self._tail[max(0, offset - behind) : max(0, end - behind)]
        body = self._head[offset:end] + bytes(zeros) + tail
        self.bytes_read += len(body)
        return body

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for offset in range(start, self.size_bytes, 2**20):
            yield self.read(offset, 2**20)


def _body(objects: Sequence[bytes]) -> tuple[bytes, list[int]]:
    pieces, offsets, at = [HEAD], [], len(HEAD)
    for number, content in enumerate(objects, start=1):
        piece = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        pieces.append(piece)
        offsets.append(at)
        at += len(piece)
    return b"".join(pieces), offsets


def _tail(offsets: Sequence[int], *, at: int, trailer: bytes) -> bytes:
    size = len(offsets) + 1
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return b"xref\n0 %d\n0000000000 65535 f \n%s" % (
        size,
        rows,
    ) + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, at)
