"""Files that begin as one thing and go on as another."""

from __future__ import annotations

from media.heads import REFUSED
from media.hostile.boxes import box
from media.hostile.hidden import active
from media.hostile.lies import with_in_front
from media.hostile.model import Draw, File
from media.hostile.valid import EVERY, plain_mp4, valid

_NAMES = tuple(sorted(EVERY))


def active_in_front(draw: Draw) -> File:
    """Programs, scripts, pages and playlists under the name and type of a film or a sound."""
    bodies = [body for group in REFUSED.values() for body in group.values()]
    _, content_type = valid(draw.random.choice(_NAMES))
    behind = draw.random.choice([b"", valid(draw.random.choice(_NAMES))[0]])
    return bodies[(draw.seed * 7) % len(bodies)] + draw.marker + behind, content_type


def two_at_once(draw: Draw) -> File:
    """Both halves are whole: PDF and MP4, GIF and script, ZIP and MP3, ID3 and MP4, JPEG and TS, page and WebM."""
    payload = draw.random.choice(active(draw.marker))
    length = len(payload)
    id3 = b"ID3\x03\0\0" + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0)) + payload
    mp3, ts = valid("mp3")[0], valid("ts")[0]
    return draw.turn(
        (
            (with_in_front(box(b"free", payload)), "video/mp4"),
            (with_in_front(b"", brands=payload[: len(payload) // 4 * 4]), "video/mp4"),
            (b"%PDF-1.4\n" + plain_mp4() + payload, "video/mp4"),
            (id3 + plain_mp4(), "audio/mpeg"),
            (id3 + mp3, "audio/mpeg"),
            (b"GIF89a=1;/*" + payload + b"*/" + valid("gif")[0], "image/gif"),
            (payload + mp3, "audio/mpeg"),
            (b"\xff\xd8\xff\xe0" + payload + ts, "video/mp2t"),
            (b"\x47" + payload.ljust(187, b"\0")[:187] + ts, "video/mp2t"),
            (b"RIFF\0\0\0\0WAVE" + payload + valid("wav 16")[0], "audio/wav"),
        )
    )  # fmt: skip
