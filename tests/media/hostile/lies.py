"""MP4 heads that say what is not so: lengths, sizes, rates, counts, boxes that do not add up."""

from __future__ import annotations

import struct

from media.hostile.boxes import Box, box, film_of, large_box, packed, put, table, whole
from media.hostile.model import Draw, File
from media.hostile.valid import fragmented_mp4, plain_mp4

_HOUR = 3600
_ENTRIES = 100_000
_MOST = 0xFFFF_FFFF


def film_with_mark(draw: Draw) -> Box:
    """The plain film with the marker in a ``free`` box at its end, where it moves no sample."""
    film = film_of(plain_mp4())
    assert film.inner is not None
    film.inner.append(Box(b"free", draw.marker))
    return film


def about_length(draw: Draw) -> File:
    """Film, track and media claim 24 hours, no time at all, or the largest numbers there are."""
    film = film_with_mark(draw)
    claim = draw.turn((24 * _HOUR * 1000, 0, _MOST, 1, 13 * _HOUR * 1000))
    moov = film.find(b"moov")
    where = draw.random.sample(["film", "track", "media"], k=draw.random.randrange(1, 4))
    if "film" in where:
        put(moov.find(b"mvhd"), 16, ">I", claim)
    for track in film.every(b"trak"):
        if "track" in where:
            put(track.find(b"tkhd"), 20, ">I", claim)
        if "media" in where:
            put(track.find(b"mdia", b"mdhd"), 16, ">I", claim)
    return whole(film), "video/mp4"


def about_dimensions(draw: Draw) -> File:
    """The sample entry, the track head, the aspect of a pixel and the matrix say something else than the picture."""
    film = film_with_mark(draw)
    width, height = draw.turn(((65535, 65535), (0, 0), (1, 65535), (65535, 1), (8193, 8193), (32768, 16)))
    track = next(film.every(b"trak"))
    described = track.find(b"mdia", b"minf", b"stbl", b"stsd")
    at = described.body.find(b"avc1")
    choice = draw.random.choice(("entry", "head", "both", "aspect", "matrix"))
    if choice in ("entry", "both"):
        put(described, at + 28, ">HH", width, height)
    if choice in ("head", "both"):
        put(track.find(b"tkhd"), 76, ">II", width << 16, height << 16)
    if choice == "aspect":
        aspect = box(
            b"pasp", struct.pack(">II", *draw.random.choice([(1, 10**9), (10**9, 1), (0, 0), (_MOST, 1), (1, _MOST)]))
        )
        entry = described.body[8:] + aspect
        described.body = described.body[:8] + struct.pack(">I", len(entry)) + entry[4:]
    if choice == "matrix":
        put(track.find(b"tkhd"), 40, ">9I", *(draw.random.randrange(2**32) for _ in range(9)))
    return whole(film), "video/mp4"


def about_rates(draw: Draw) -> File:
    """Timescales, frame lengths, sample rates and channels of nothing, of everything, of a million a second."""
    film = film_with_mark(draw)
    video, sound = film.every(b"trak")
    entry = sound.find(b"mdia", b"minf", b"stbl", b"stsd")
    at = entry.body.find(b"mp4a")
    times = video.find(b"mdia", b"minf", b"stbl", b"stts")
    match draw.turn(("scale", "delta", "rate", "channels", "all", "film", "negative")):
        case "scale":
            put(video.find(b"mdia", b"mdhd"), 12, ">I", draw.random.choice([0, 1, _MOST, 10**6]))
        case "delta":
            put(video.find(b"mdia", b"mdhd"), 12, ">I", 10**6)
            times.body = table(b"stts", struct.pack(">II", 10, 1), count=1).body
        case "rate":
            put(entry, at + 28, ">I", draw.random.choice([0, _MOST, 1 << 16]))
            put(sound.find(b"mdia", b"mdhd"), 12, ">I", draw.random.choice([0, 4_000_000_000]))
        case "channels":
            put(entry, at + 20, ">HH", draw.random.choice([0, 65535, 255]), draw.random.choice([0, 16, 65535]))
        case "all":
            put(film.find(b"moov", b"mvhd"), 12, ">I", 0)
            put(video.find(b"mdia", b"mdhd"), 12, ">I", 0)
        case "film":
            put(film.find(b"moov", b"mvhd"), 12, ">II", 1, _MOST)
        case "negative":
            times.body = table(b"stts", struct.pack(">IIII", 5, _MOST, 5, 0x8000_0000), count=2).body
    return whole(film), "video/mp4"


def about_boxes(draw: Draw) -> File:
    """Sizes of nothing, of 64 bits, below their own head, beyond the file; boxes in themselves; a thousand deep."""
    deep = b""
    for _ in range(2000):
        deep = box(draw.random.choice([b"moov", b"trak", b"udta", b"mdia"]), deep)
    strange = draw.turn(
        (
            struct.pack(">I4s", 0, b"free"),
            large_box(b"free", b"", size=0),
            large_box(b"free", b"", size=-1),
            large_box(b"free", b"", size=2**40),
            struct.pack(">I4s", 4, b"free") * 1000,
            struct.pack(">I4s", _MOST, b"moov"),
            struct.pack(">I4s", 0x7FFF_FFFF, b"mdat"),
            deep,
            b"",
            struct.pack(">I4s", 8, b"free") * 100_000,
        )
    )
    if not strange:
        return draw.random.choice([_moov_in_moov, _sizes_changed])(draw), "video/mp4"
    mark = box(b"free", draw.marker)
    if draw.seed >= 10:
        return whole(film_with_mark(draw)) + strange + mark, "video/mp4"
    return with_in_front(strange + mark), "video/mp4"


def about_tables(draw: Draw) -> File:
    """Sample tables that count to four thousand million, point beyond the file, or all at the same bytes."""
    film = film_with_mark(draw)
    tables = draw.random.choice([track.find(b"mdia", b"minf", b"stbl") for track in film.every(b"trak")])
    assert tables.inner is not None
    many = draw.turn((_MOST, 0x7FFF_FFFF, 0x1000_0000, 2_000_000))
    match draw.seed % 7:
        case 0:
            put(tables.find(b"stsz"), 4, ">II", 1, many)
        case 1:
            put(tables.find(b"stsz"), 4, ">II", 0, many)
        case 2:
            put(tables.find(b"stsc"), 4, ">I", many)
        case 3:
            tables.inner.append(table(b"ctts", struct.pack(">II", many, 0x8000_0000) * 3, count=many))
        case 4:
            put(tables.find(b"stts"), 4, ">II", 1, many)
        case 5:
            offsets = b"".join(struct.pack(">I", draw.random.randrange(2**32)) for _ in range(_ENTRIES))
            tables.find(b"stco").body = table(b"stco", offsets, count=_ENTRIES).body
        case _:
            put(tables.find(b"stsz"), 4, ">II", 500, _ENTRIES)
            tables.find(b"stsc").body = table(b"stsc", struct.pack(">III", 1, _ENTRIES, 1), count=1).body
            tables.find(b"stts").body = table(b"stts", struct.pack(">II", _ENTRIES, 1), count=1).body
    return whole(film), "video/mp4"


def about_edits(draw: Draw) -> File:
    """Edit lists of a hundred thousand entries: empty hours, the same second again and again, backwards."""
    film = film_with_mark(draw)
    track = draw.random.choice(list(film.every(b"trak")))
    entry = draw.turn(
        (
            struct.pack(">IiI", 1, 0, 0x10000),
            struct.pack(">IiI", 1000 * _HOUR, -1, 0x10000),
            struct.pack(">IiI", 1000, 0, 0x10000),
            struct.pack(">IiI", _MOST, 0, 0x10000),
            struct.pack(">IiI", 1000, 0x7FFF_FFFF, 0),
            struct.pack(">IiI", 0, -2, 0xFFFF_0000),
        )
    )
    count = draw.random.choice([2, 100, _ENTRIES])
    assert track.inner is not None
    track.inner = [one for one in track.inner if one.kind != b"edts"]
    track.inner.insert(1, Box(b"edts", inner=[table(b"elst", entry * count, count=count)]))
    return whole(film), "video/mp4"


def about_tracks(draw: Draw) -> File:
    """Two thousand tracks, all with the same number, or each with its own."""
    film = film_with_mark(draw)
    moov = film.find(b"moov")
    assert moov.inner is not None
    track = draw.random.choice(list(film.every(b"trak")))
    for number in range(draw.turn((17, 100, 2000))):
        if draw.seed % 2:
            put(track.find(b"tkhd"), 12, ">I", number + 10)
        moov.inner.append(Box(b"trak", track.packed()[8:]))
    return whole(film), "video/mp4"


def about_fragments(draw: Draw) -> File:
    """Fragments that are missing, repeated, out of order, hours apart, or count more samples than there are bytes."""
    film = film_of(fragmented_mp4())
    assert film.inner is not None
    film.inner.insert(1, Box(b"free", draw.marker))
    first = next(index for index, one in enumerate(film.inner) if one.kind == b"moof")
    head, fragments = film.inner[:first], film.inner[first:]
    match draw.turn(("holes", "again", "shuffled", "far", "counts", "halves", "no moov")):
        case "holes":
            fragments = [one for one in fragments if one.kind != b"mdat" or draw.random.random() < 0.5]
        case "again":
            fragments = fragments * 50
        case "shuffled":
            draw.random.shuffle(fragments)
        case "far":
            for number, times in enumerate(one for top in fragments for one in top.every(b"tfdt")):
                times.body = struct.pack(">IQ", 1 << 24, number * draw.random.choice([10**7, 2**40, 2**62]) % 2**64)
        case "counts":
            for run in (one for top in fragments for one in top.every(b"trun")):
                put(run, 4, ">I", draw.random.choice([_MOST, 10**6, 0]))
        case "halves":
            fragments = [Box(one.kind, one.packed()[8 : 8 + len(one.packed()) // 2]) for one in fragments]
        case "no moov":
            head = [one for one in head if one.kind != b"moov"]
    film.inner = head + fragments
    return whole(film), "video/mp4"


def with_in_front(inserted: bytes, *, brands: bytes = b"") -> bytes:
    """Bytes behind the first box, and ``brands`` at its end, every sample still where the tables say."""
    film = film_of(plain_mp4())
    for offsets in film.every(b"stco"):
        (count,) = struct.unpack_from(">I", offsets.body, 4)
        moved = [offset + len(inserted) + len(brands) for offset in struct.unpack_from(f">{count}I", offsets.body, 8)]
        offsets.body = struct.pack(f">4xI{count}I", count, *moved)
    assert film.inner is not None
    film.inner[0].body += brands
    return film.inner[0].packed() + inserted + packed(film.inner[1:])


def _moov_in_moov(draw: Draw) -> bytes:
    film = film_with_mark(draw)
    moov = film.find(b"moov")
    assert moov.inner is not None
    copy = moov.packed()
    moov.inner.insert(draw.random.randrange(len(moov.inner)), Box(b"moov", copy[8:] + copy))
    return whole(film)


def _sizes_changed(draw: Draw) -> bytes:
    """The size of some boxes, however deep, replaced by another."""
    body = bytearray(whole(film_with_mark(draw)))
    for kind in draw.random.sample([b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avcC", b"esds", b"stsz"], k=2):
        at = body.find(kind)
        if at >= 4:
            struct.pack_into(">I", body, at - 4, draw.random.choice([0, 1, 7, 8, 9, 2**31, _MOST]))
    return bytes(body)
