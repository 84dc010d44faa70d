"""Matroska whose times, sizes, tracks and packed blocks lie."""

from __future__ import annotations

import zlib
from functools import cache

from media.hostile import ebml
from media.hostile.ebml import Block, Matroska, Track
from media.hostile.frames import jpeg, jpeg_claiming, png, vp8_frames
from media.hostile.model import Draw, File

_HOUR_MS = 3_600_000
_TYPE = "video/x-matroska"


def in_time(draw: Draw) -> File:
    """Frames that are hours or years apart, all at once, or before the beginning."""
    frames = vp8_frames()
    times = draw.turn(
        (
            (0, 10 * _HOUR_MS),
            (0, 100, 200 * _HOUR_MS),
            (0, 2**40, 2**41),
            (10 * _HOUR_MS, 0, 5 * _HOUR_MS),
            (0, 0, 0),
            (11 * _HOUR_MS, 11 * _HOUR_MS + 40),
            (0, 2**55),
            tuple(range(0, 12 * _HOUR_MS, _HOUR_MS // 10)),
        )
    )
    blocks = [Block(1, at, frames[index % len(frames)]) for index, at in enumerate(times)]
    rate = ebml.number(0x23E383, draw.random.choice([1, 1000, 10**9]))  # DefaultDuration, nanoseconds
    scale = draw.random.choice([1_000_000, 1_000_000, 1, 10**9, 0])
    film = Matroska([Track(1, b"V_VP8", extra=rate)], blocks, scale_ns=scale, title=draw.marker)
    return film.packed(), _TYPE


def in_heads(draw: Draw) -> File:
    """Durations that are infinite or no number, pictures of no size, sizes beyond the file, documents of no type."""
    blocks = [Block(1, 100 * index, frame) for index, frame in enumerate(vp8_frames())]
    duration = draw.random.choice([float("inf"), float("nan"), -1.0, 1e308, 86_400_000.0])
    side = draw.turn((65535, 0, 2**31, 1, 2**63 - 1))
    shown = ebml.number(0x54B0, draw.random.choice([10**9, 1, 0])) + ebml.number(0x54BA, draw.random.choice([1, 10**9]))
    cropped = ebml.number(0x54AA, 60_000) + ebml.number(0x54BB, 60_000)
    track = Track(1, b"V_VP8", width=side, height=draw.random.choice([side, 72]), video=shown + cropped)
    plain = Matroska([Track(1, b"V_VP8")], blocks, title=draw.marker)
    made = draw.turn(
        (
            lambda: Matroska([track], blocks, duration=duration, title=draw.marker).packed(),
            lambda: Matroska([Track(1, b"V_VP8")], blocks, duration=duration, title=draw.marker).packed(),
            lambda: ebml.head() + ebml.element(ebml.SEGMENT, plain.packed(), size=ebml.UNKNOWN_SIZE),
            lambda: ebml.head() + ebml.element(ebml.SEGMENT, plain.packed()[40:], size=ebml.sized(2**50)),
            lambda: ebml.head() + _nested(draw.marker, 5000),
            lambda: Matroska(
                [Track(0, b"V_VP8"), Track(1, b"V_VP8"), Track(1, b"A_OPUS", kind=2)], blocks, title=draw.marker
            ).packed(),
            lambda: ebml.head(b"x" * 100) + plain.packed()[len(ebml.head()) :],
        )
    )
    return made(), _TYPE


def in_packed_blocks(draw: Draw) -> File:
    """Subtitles and attachments that unpack into hundreds of megabytes, and laces of frames that do not add up."""
    frames = vp8_frames()
    blocks = [Block(1, 100 * index, frame) for index, frame in enumerate(frames)]
    bomb = _zeros_packed(draw.turn((10, 100, 300)))
    tracks = [Track(1, b"V_VP8"), ebml.subtitle_track(2, extra=ebml.zlib_encoding())]
    match draw.turn(("subtitle", "picture", "lace", "attachment", "every")):
        case "subtitle":
            blocks.insert(1, Block(2, 0, bomb))
        case "picture":
            tracks[0] = Track(1, b"V_VP8", extra=ebml.zlib_encoding())
            blocks = [Block(1, 100 * index, bomb) for index in range(3)]
        case "lace":
            blocks += [Block(1, 400, bytes([255]) + draw.random.randbytes(60), lacing=lacing) for lacing in (2, 4, 6)]
        case "attachment":
            tracks[1] = ebml.subtitle_track(2)
        case "every":
            blocks += [Block(2, index, bomb) for index in range(20)]
    attached = ebml.attachment(b"a.zip", b"application/zip", bomb[:2_000_000] + draw.marker)
    return Matroska(tracks, blocks, title=draw.marker, others=[attached]).packed(), _TYPE


def in_tracks(draw: Draw) -> File:
    """Hundreds of tracks of every kind, most of them with nothing in them."""
    frames = vp8_frames()
    count = draw.turn((17, 120, 2000))
    kinds = (
        (b"V_VP8", 1),
        (b"A_OPUS", 2),
        (b"S_TEXT/UTF8", 17),
        (b"V_MJPEG", 1),
        (b"A_PCM/INT/LIT", 2),
        (b"B_VOBBTN", 18),
    )
    tracks = [Track(1, b"V_VP8")]
    for number in range(2, count):
        codec, kind = draw.random.choice(kinds)
        tracks.append(Track(number, codec, kind=kind, name=draw.marker))
    blocks = [Block(1, 100 * index, frame) for index, frame in enumerate(frames)]
    blocks += [Block(draw.random.randrange(2, count), 10 * index, draw.noise(60)) for index in range(200)]
    return Matroska(tracks, sorted(blocks, key=lambda one: one.at), title=draw.marker).packed(), _TYPE


def in_pictures(draw: Draw) -> File:
    """Every frame of another size, or of another format, than the one before."""
    match draw.turn(("vp8", "jpeg", "claims", "png", "formats")):
        case "vp8":
            sizes = [(16 * draw.random.randrange(1, 60), 16 * draw.random.randrange(1, 40)) for _ in range(12)]
            frames, codec = [vp8_frames(width, height, 1)[0] for width, height in sizes], b"V_VP8"
        case "jpeg":
            sizes = [(draw.random.randrange(1, 900), draw.random.randrange(1, 600)) for _ in range(30)]
            frames, codec = [jpeg(width, height) for width, height in sizes], b"V_MJPEG"
        case "claims":
            frames = [jpeg(), jpeg_claiming(65500, 65500), jpeg(), jpeg_claiming(1, 65500), jpeg_claiming(0, 0)]
            codec = b"V_MJPEG"
        case "png":
            frames, codec = [jpeg(), png(), png(300, 10), jpeg()], b"V_MJPEG"
        case _:
            frames, codec = [vp8_frames()[0], jpeg(), png(), draw.noise(300), vp8_frames()[1]], b"V_VP8"
    blocks = [Block(1, 40 * index, frame + draw.marker) for index, frame in enumerate(frames)]
    return Matroska([Track(1, codec)], blocks, title=draw.marker).packed(), _TYPE


def _nested(marker: bytes, depth: int) -> bytes:
    body = ebml.element(ebml.VOID, marker)
    for _ in range(depth):
        body = ebml.element(0x73C5, body) if depth % 2 else ebml.element(ebml.SEGMENT, body)
    return body


@cache
def _zeros_packed(mebibytes: int) -> bytes:
    packing = zlib.compressobj(9)
    return b"".join([packing.compress(bytes(1 << 20)) for _ in range(mebibytes)]) + packing.flush()
