"""AVI written piece by piece: playlists as subtitles, pictures that claim too much, heads and indexes that lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from media.bombs import png_of
from media.hostile.frames import jpeg, jpeg_claiming, png
from media.hostile.model import Draw, File

_TYPE = "video/x-msvideo"
_MOST = 0xFFFF_FFFF


@dataclass(frozen=True)
class Stream:
    """One stream: its kind, codec and format, with how many units it says it has and how long each is."""

    kind: bytes
    codec: bytes
    form: bytes
    units: int = 3
    scale: int = 1
    rate: int = 10


def piece(name: bytes, body: bytes) -> bytes:
    """A RIFF piece, padded to even length."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def listed(name: bytes, body: bytes) -> bytes:
    """A RIFF list."""
    return piece(b"LIST", name + body)


def picture_form(codec: bytes, width: int, height: int) -> bytes:
    """The format of a stream of pictures."""
    return struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, codec, 0, 0, 0, 0, 0)


def movie(
    streams: Sequence[Stream],
    packets: Sequence[tuple[bytes, bytes]],
    *,
    frames: int = 3,
    size: tuple[int, int] = (128, 72),
    index: bytes = b"",
    others: bytes = b"",
) -> bytes:
    """A whole AVI; ``packets`` are names (``00dc``) with bodies, ``others`` go into its head."""
    main = struct.pack("<14I", 100_000, 0, 0, 0x10, frames, 0, len(streams), 0, *size, 0, 0, 0, 0)
    heads = b"".join(listed(b"strl", _stream_head(one) + piece(b"strf", one.form)) for one in streams)
    body = listed(b"hdrl", piece(b"avih", main) + heads + others)
    body += listed(b"movi", b"".join(piece(name, packet) for name, packet in packets))
    return b"RIFF" + struct.pack("<I", len(body) + 4 + len(index)) + b"AVI " + body + index


def gab2(playlist: bytes) -> bytes:
    """A subtitle packet that holds a whole file of subtitles: any demuxer that it asks for opens it."""
    return b"GAB2\0" + struct.pack("<HI", 2, 2) + b"x\0" + struct.pack("<HI", 4, len(playlist)) + playlist


def with_subtitles(playlist: bytes) -> bytes:
    """A film of three pictures and ``playlist`` as its subtitles."""
    text = Stream(b"txts", b"\0\0\0\0", b"", units=1)
    video = Stream(b"vids", b"MJPG", picture_form(b"MJPG", 128, 72))
    return movie([video, text], [(b"00dc", jpeg()), (b"01tx", gab2(playlist)), (b"00dc", jpeg()), (b"00dc", jpeg())])


def with_stranger_subtitles(draw: Draw) -> File:
    """Playlists, scripts, bombs and noise as GAB2 subtitles."""
    playlist = draw.turn(
        (
            b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/" + draw.marker + b".ts\n",
            b"ffconcat version 1.0\nfile '/etc/hostname'\n#" + draw.marker,
            b"1\n00:00:00,000 --> 00:10:00,000\n" + draw.marker + b"\n",
            b"[Script Info]\n[Events]\nDialogue: 0,0:00:00.00,9:59:59.00,,,0,0,0,," + draw.marker,
            draw.noise(2_000),
            b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=" + draw.marker + b"\r\nm=video 1 RTP/AVP 96\r\n",
            b"1\n00:00:00,000 --> 00:00:01,000\n" + draw.marker * 20_000,
        )
    )
    return with_subtitles(playlist), _TYPE


def bombs(draw: Draw) -> File:
    """MJPEG and PNG in AVI whose pictures are far larger than the film says, or said to be."""
    large = draw.turn(
        (
            (b"MJPG", jpeg_claiming(65_500, 65_500)),
            (b"MPNG", png_of(30_000, 30_000)),
            (b"MPNG", png_of(50_000, 50_000, bits=1)),
            (b"MJPG", jpeg(3_000, 2_900)),
            (b"MPNG", png(7_000, 6_000)),
            (b"MJPG", jpeg_claiming(16_000, 8_000)),
        )
    )
    codec, body = large
    size = draw.random.choice([(128, 72), (65_500, 65_500), (1, 1), (8_192, 8_192)])
    stream = Stream(b"vids", codec, picture_form(codec, *size))
    first = jpeg() if codec == b"MJPG" else png()
    packets = [(b"00dc", one + draw.marker) for one in draw.random.choice([(first, body, first), (body,) * 3])]
    return movie([stream], packets, size=size), _TYPE


def lies(draw: Draw) -> File:
    """Frames of nothing or a million a second, a day of them, negative heights, many streams, a wrong index."""
    rate, scale = draw.turn(((10**6, 1), (0, 1), (1, 0), (_MOST, _MOST), (1, 10**9), (10, 1)))
    units = draw.random.choice([3, _MOST, 0, 864_000])
    height = draw.random.choice([72, -72, 0, -(2**31)])
    codec = draw.random.choice([b"MJPG", b"MJPG", b"\0\0\0\0", b"XXXX", b"MAGY"])
    stream = Stream(b"vids", codec, picture_form(codec, 128, height), units=units, scale=scale, rate=rate)
    entries = b"".join(
        b"00dc" + struct.pack("<III", 16, draw.random.randrange(2**32), draw.random.randrange(2**32))
        for _ in range(500)
    )
    info = listed(b"INFO", piece(b"ICMT", draw.marker)) + piece(b"JUNK", draw.noise(300))
    streams = [stream] * draw.random.choice([1, 1, 90])
    packets = [(b"00dc", jpeg() + draw.marker)] * 3 + [(b"07wb", draw.noise(99)), (b"00pc", draw.marker * 24)]
    index = draw.random.choice([b"", piece(b"idx1", entries)])
    return movie(streams, packets, frames=units, index=index, others=info), _TYPE


def _stream_head(one: Stream) -> bytes:
    times = struct.pack("<IHHIIIIIIII", 0, 0, 0, 0, one.scale, one.rate, 0, one.units, 1 << 20, 0, 0)
    return piece(b"strh", one.kind + one.codec + times + struct.pack("<HHHH", 0, 0, 128, 72))
