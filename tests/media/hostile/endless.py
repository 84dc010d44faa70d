"""Sounds that say they last a day, or that do, or that never say."""

from __future__ import annotations

import struct
from functools import cache

from media.hostile.model import Draw, File
from media.hostile.ogg import page
from media.hostile.valid import valid

_DAY_S = 86_400
_BLOCK = 65_535
_MOST = 0xFFFF_FFFF


def flac(draw: Draw) -> File:
    """FLAC of silence in blocks of 65,535 samples: a day is less than a megabyte, the head tells the truth or not."""
    rate, seconds = draw.turn(((8_000, _DAY_S), (44_100, 600), (8_000, 13 * 3600), (655_350, 1_200), (1, 1)))
    said = draw.random.choice([0, rate * seconds, 1, 2**36 - 1])
    return _flac(rate, seconds, said=said, mark=draw.marker), "audio/flac"


def wave(draw: Draw) -> File:
    """WAV of unknown size, no bytes a second, with rates and channels of nothing or of everything."""
    rate = draw.turn((0, 1, 44_100, 4_000_000_000, 8_000))
    channels = draw.random.choice([0, 1, 2, 255, 65_535])
    bits = draw.random.choice([0, 8, 16, 32, 64, 65_535])
    align = draw.random.choice([0, 1, 2, 65_535])
    tag = draw.random.choice([1, 1, 3, 0x11, 0x55, 0xFFFE, 0])
    form = struct.pack("<HHIIHH", tag, channels, rate, draw.random.choice([0, 1, _MOST]), align, bits)
    length = draw.random.choice([_MOST, 0, 0x7FFF_FFFF, 20_000])
    sound = bytes(10_000) + draw.marker * 10 + bytes(9_680)
    head = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length) + sound
    return b"RIFF" + struct.pack("<I", draw.random.choice([_MOST, 0, len(head)])) + head, "audio/wav"


def opus(draw: Draw) -> File:
    """Opus in Ogg: pages whose position is a day ahead, back to nothing, or never told; packets of no sound."""
    silent = b"\xfc\xff\xfe"  # 20 ms, full band, nothing in it
    channels = draw.random.choice([1, 1, 2, 2, 0, 255])
    head = b"OpusHead\x01" + bytes([channels]) + struct.pack("<HIhB", draw.random.choice([312, 65_535]), 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 32) + draw.marker + struct.pack("<I", 0)
    serial, pages = 7, []
    steps = draw.turn((48_000 * _DAY_S, -1, 0, 2**62, 960, -(2**62)))
    count = draw.random.choice([1, 50, 3000])
    for number in range(count):
        flags = 4 if number == count - 1 else 0
        granule = max(-(2**63), min(2**63 - 1, steps * (number + 1) if steps != -1 else -1))
        pages.append(page(silent, serial=serial, number=number + 2, granule=granule, flags=flags))
    first = page(head, serial=serial, flags=2) + page(tags, serial=serial, number=1)
    return first + b"".join(pages), "audio/ogg"


def framed(draw: Draw) -> File:
    """MP3, AAC and AMR whose heads promise a day, or whose frames change rate and channels all the time."""
    mp3, aac, amr = (valid(form)[0] for form in ("mp3", "aac", "amr"))
    adts = bytearray(aac)
    at = 0
    while at + 7 < len(adts):
        length = (adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5
        adts[at + 2] = adts[at + 2] & 0b1100_0011 | draw.random.randrange(13) << 2
        at += max(7, length)
    xing = bytearray(valid("mp3 vbr")[0])
    found = max(xing.find(b"Xing"), xing.find(b"Info"))
    struct.pack_into(">III", xing, found + 4, 3, draw.random.choice([_MOST, 3_300_000, 0]), _MOST)
    low = b"\xff\xf3\x10\xc4" + bytes(68)  # 8 kbit/s at 22.05 kHz: 26 ms of silence in 72 bytes or fewer
    return draw.turn(
        (
            (bytes(xing) + draw.marker, "audio/mpeg"),
            (bytes(adts) + draw.marker, "audio/aac"),
            (b"#!AMR\n" + b"\x7c" * 200_000 + draw.marker, "audio/amr"),
            (low * 5_000 + draw.marker, "audio/mpeg"),
            (mp3 + aac + amr + mp3 + draw.marker, "audio/mpeg"),
            (mp3[: len(mp3) // 2] + draw.noise(2_000) + mp3[len(mp3) // 3 :], "audio/mpeg"),
        )
    )


@cache
def _flac_frames(seconds: int, rate: int) -> bytes:
    """Frames of one constant each; the number in a frame's head is written as long as it must be."""
    frames = []
    for number in range(-(-seconds * rate // _BLOCK)):
        head = b"\xff\xf8\x70\x08" + _coded_number(number) + struct.pack(">H", _BLOCK - 1)
        head += bytes([_crc(head, bits=8, polynomial=0x07)])
        body = head + b"\0\0\0"
        frames.append(body + struct.pack(">H", _crc(body, bits=16, polynomial=0x8005)))
    return b"".join(frames)


def _flac(rate: int, seconds: int, *, said: int, mark: bytes) -> bytes:
    stream = struct.pack(">HH", _BLOCK, _BLOCK) + bytes(6)
    stream += (rate << 44 | 0 << 41 | 15 << 36 | said & 0xF_FFFF_FFFF).to_bytes(8, "big") + bytes(16)
    comment = struct.pack("<I", len(mark)) + mark + struct.pack("<I", 0)
    blocks = struct.pack(">I", len(stream)) + stream + struct.pack(">I", 0x84 << 24 | len(comment)) + comment
    return b"fLaC" + blocks + _flac_frames(seconds, rate) + mark


def _coded_number(number: int) -> bytes:
    """A number as FLAC writes it: as UTF-8 would."""
    return chr(number).encode("utf-8", "surrogatepass")


def _crc(body: bytes, *, bits: int, polynomial: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in body:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value
