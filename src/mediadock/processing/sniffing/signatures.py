"""Our own strict table: a head must carry the format's structure, not just its first two letters."""

from __future__ import annotations

from collections.abc import Callable

from mediadock.processing.sniffing.boxes import box_type
from mediadock.processing.sniffing.sound import sound_type
from mediadock.processing.sniffing.streams import stream_type
from mediadock.processing.sniffing.zipped import zip_type

_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def find_signature(head: bytes) -> str | None:
    """The content type that the structure of the head proves, None when our table does not know it."""
    for look in _TABLE:
        if content_type := look(head):
            return content_type
    return None


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff") and b"\xc0" <= head[3:4] < b"\xff":
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:15] == b"WEBPVP8" and head[15:16] in (b" ", b"L", b"X"):
        return "image/webp"
    if head.startswith(_TIFF_HEADS) and head[8:10] != b"CR":  # Canon's raw photos only begin like TIFF
        return "image/tiff"
    return None


def _picture_kept_as_file(head: bytes) -> str | None:
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and head[14:18] in _BMP_HEADERS:
        return "image/bmp"
    if head[:4] == b"8BPS" and head[4:6] in (b"\0\x01", b"\0\x02"):
        return "image/vnd.adobe.photoshop"
    if head[:4] == b"\0\0\x01\0" and 0 < int.from_bytes(head[4:6], "little") < 256 and head[9:10] == b"\0":
        return "image/vnd.microsoft.icon"
    if head.startswith((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51\0")):
        return "image/jp2"
    if head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")):
        return "image/jxl"
    return None


_BMP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def _document(head: bytes) -> str | None:
    if head.lstrip(b"\xef\xbb\xbf\r\n \t").startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "application/x-7z-compressed"
    if head.startswith(b"\x1f\x8b\x08"):
        return "application/gzip"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return None


_TABLE: tuple[Callable[[bytes], str | None], ...] = (
    _picture,
    box_type,
    stream_type,
    sound_type,
    _document,
    zip_type,
    _picture_kept_as_file,
)
