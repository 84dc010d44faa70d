"""Bytes hidden below the container, in the coded picture and sound, where copying a stream would carry them along."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from media.hostile.boxes import Box, film_of, whole
from media.hostile.model import Draw, File
from media.hostile.valid import plain_mp4
from media.sounds import sine, sound

_SEI, _FILLER, _UNSPECIFIED = 6, 12, 30
_UUID = bytes(range(16))


def in_picture_units(draw: Draw) -> File:
    """Units of H.264 that decoders skip: user data, registered data, filler, unspecified types."""
    film = film_of(plain_mp4())
    video = _track(film, b"vide")
    kind = draw.turn(("user data", "registered", "filler", "unspecified", "user data on all"))
    unit = {
        "user data": _sei(5, _UUID + draw.marker),
        "user data on all": _sei(5, _UUID + draw.marker),
        "registered": _sei(4, b"\xb5\0\x31GA94\x03" + draw.marker),
        "filler": bytes([_FILLER]) + draw.marker + b"\x80",
        "unspecified": bytes([_UNSPECIFIED]) + draw.marker,
    }[kind]
    _replace(film, video, [_unit(unit) + sample for sample in _samples(film, video)])
    return whole(film), "video/mp4"


def behind_slices(draw: Draw) -> File:
    """Bytes behind the end of a slice, in its own unit: only a decoder knows where a slice ends."""
    film = film_of(plain_mp4())
    video = _track(film, b"vide")
    _replace(film, video, [_with_tail(sample, draw.marker) for sample in _samples(film, video)])
    return whole(film), "video/mp4"


def in_parameter_sets(draw: Draw) -> File:
    """The decoder's configuration: a second parameter set, a longer one, bytes behind the last one."""
    film = film_of(plain_mp4())
    described = _track(film, b"vide").find(b"mdia", b"minf", b"stbl", b"stsd")
    at = described.body.index(b"avcC")
    (size,) = struct.unpack_from(">I", described.body, at - 4)
    config = described.body[at + 4 : at - 4 + size]
    grown = draw.turn((config + draw.marker, *_with_sets(config, draw.marker)))
    body = (
        described.body[: at - 4]
        + struct.pack(">I4s", 8 + len(grown), b"avcC")
        + grown
        + described.body[at - 4 + size :]
    )
    entry = bytearray(body)
    struct.pack_into(">I", entry, 8, struct.unpack_from(">I", body, 8)[0] + len(grown) - len(config))
    described.body = bytes(entry)
    return whole(film), "video/mp4"


def in_sound_elements(draw: Draw) -> File:
    """Data stream and fill elements in the frames of an AAC, and bytes behind a frame's end."""
    body = sound("m4a moov last", sine(1.0))
    is_film = draw.seed % 2 == 0
    film = film_of(plain_mp4() if is_film else body)
    track = _track(film, b"soun")
    hide = draw.turn((_in_data_element, _in_fill_element, lambda sample, marker: sample + marker))
    samples = [hide(sample, draw.marker) for sample in _samples(film, track)]
    _replace(film, track, samples)
    return whole(film), "video/mp4" if is_film else "audio/mp4"


def _track(film: Box, handler: bytes) -> Box:
    return next(trak for trak in film.every(b"trak") if trak.find(b"mdia", b"hdlr").body[8:12] == handler)


def _samples(film: Box, track: Box) -> Iterator[bytes]:
    """The samples of a track, by its tables."""
    file = whole(film)
    sizes = _numbers(track, b"stsz", 12)
    for offset, (first, last) in zip(_numbers(track, b"stco", 8), _runs(track, len(sizes)), strict=True):
        at = offset
        for size in sizes[first:last]:
            yield file[at : at + size]
            at += size


def _runs(track: Box, samples: int) -> list[tuple[int, int]]:
    """First and last sample of each run that the offsets name."""
    rows = _numbers(track, b"stsc", 8)
    starts = list(zip(rows[0::3], rows[1::3], strict=True))
    runs, at, number = [], 0, 1
    while at < samples:
        length = next(count for first, count in reversed(starts) if first <= number)
        runs.append((at, at + length))
        at, number = at + length, number + 1
    return runs


def _replace(film: Box, track: Box, samples: list[bytes]) -> None:
    """Put other samples at the end of ``mdat`` and point the track's tables there, all in one run."""
    assert film.inner is not None
    data = film.find(b"mdat")
    before = film.inner[: film.inner.index(data)]
    start = sum(len(one.packed()) for one in before) + 8 + len(data.body)
    data.body += b"".join(samples)
    tables = track.find(b"mdia", b"minf", b"stbl")
    count = len(samples)
    tables.find(b"stsz").body = struct.pack(f">4xII{count}I", 0, count, *map(len, samples))
    tables.find(b"stsc").body = struct.pack(">4xIIII", 1, 1, count, 1)
    tables.find(b"stco").body = struct.pack(">4xII", 1, start)


def _numbers(track: Box, kind: bytes, skipped: int) -> list[int]:
    body = track.find(b"mdia", b"minf", b"stbl", kind).body[skipped:]
    return list(struct.unpack(f">{len(body) // 4}I", body))


def _unit(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def _sei(kind: int, payload: bytes) -> bytes:
    return bytes([_SEI, kind, len(payload)]) + payload + b"\x80"


def _with_tail(sample: bytes, marker: bytes) -> bytes:
    """The last unit of a sample made longer: a decoder stops at the end of the slice."""
    units, at = [], 0
    while at < len(sample):
        (size,) = struct.unpack_from(">I", sample, at)
        units.append(sample[at + 4 : at + 4 + size])
        at += 4 + size
    units[-1] += marker
    return b"".join(map(_unit, units))


def _with_sets(config: bytes, marker: bytes) -> tuple[bytes, bytes]:
    """The picture parameter set made longer, and twice there, the second one longer."""
    at = 6
    (size,) = struct.unpack_from(">H", config, at)
    at += 2 + size
    (size,) = struct.unpack_from(">H", config, at + 1)
    one, rest = config[at + 3 : at + 3 + size], config[at + 3 + size :]
    longer = struct.pack(">H", size + len(marker)) + one + marker
    twice = b"\x02" + struct.pack(">H", size) + one + longer
    return config[:at] + b"\x01" + longer + rest, config[:at] + twice + rest


def _in_data_element(sample: bytes, marker: bytes) -> bytes:
    return _bits((4, 3), (0, 4), (1, 1), (len(marker), 8)) + marker + sample


def _in_fill_element(sample: bytes, marker: bytes) -> bytes:
    """The marker on a byte's boundary; the sample follows one bit short of one."""
    length = len(marker) + 2
    head = ((6, 3), (15, 4), (length - 15 + 1, 8), (0, 9))
    return _bits(*head, (_whole(marker), 8 * len(marker)), (0, 7), (_whole(sample), 8 * len(sample)))


def _whole(body: bytes) -> int:
    return int.from_bytes(body, "big")


def _bits(*fields: tuple[int, int]) -> bytes:
    """Numbers of so many bits each, one after another, zeros up to the byte's end."""
    value = length = 0
    for number, bits in fields:
        value, length = value << bits | number, length + bits
    padding = -length % 8
    return (value << padding).to_bytes((length + padding) // 8, "big")
