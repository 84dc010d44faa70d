"""ISO base media files (MP4, QuickTime, 3GP, M4A, HEIC, AVIF), told apart by the brands of their first box."""

from __future__ import annotations

_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})
_FILMS = (
    (b"qt  ", "video/quicktime"),
    (b"M4V", "video/x-m4v"),
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"M4P", "audio/mp4"),
    (b"3g2", "video/3gpp2"),
    (b"3gp", "video/3gpp"),
    (b"3ge", "video/3gpp"),
    (b"3gr", "video/3gpp"),
    (b"3gs", "video/3gpp"),
)
_MP4 = frozenset(
    {
        b"isom",
        b"avc1",
        b"mp41",
        b"mp42",
        b"mp71",
        b"dash",
        b"msdh",
        b"MSNV",
        b"mmp4",
        b"cmfc",
        b"cmf2",
        b"f4v ",
        b"F4V ",
    }
    | {b"iso" + bytes([digit]) for digit in b"23456789abc"}
    | {b"XAVC", b"NDSC", b"hvc1", b"hev1", b"av01", b"dby1", b"piff", b"mp4v", b"CAEP", b"KDDI", b"F4V "}
)
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def box_type(head: bytes) -> str | None:
    """The content type by brand; ``moov`` without a brand is QuickTime of before 2001."""
    kind = head[4:8]
    if kind in _OLD_QUICKTIME and _old_quicktime(head):
        return "video/quicktime"
    size = int.from_bytes(head[:4], "big")
    if kind != b"ftyp" or not 16 <= size <= 1024:
        return None
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    return _picture_brand(major, compatible) or _film_brand(major, compatible)


def _picture_brand(major: bytes, compatible: set[bytes]) -> str | None:
    if major not in _HEIC | _AVIF | _HEIF:
        return None
    for brands, content_type in ((_AVIF, "image/avif"), (_HEIC, "image/heic")):
        if major in brands or compatible & brands:
            return content_type
    return "image/heif"


def _film_brand(major: bytes, compatible: set[bytes]) -> str | None:
    for prefix, content_type in _FILMS:
        if major.startswith(prefix):
            return content_type
    return "video/mp4" if major in _MP4 or compatible & _MP4 else None


def _old_quicktime(head: bytes) -> bool:
    """The next box, when it lies inside the head, must have a printable name too."""
    size = int.from_bytes(head[:4], "big")
    following = head[size + 4 : size + 8]
    return size == 1 or (size >= 8 and (len(following) < 4 or following.isalnum() or following in _OLD_QUICKTIME))
