"""Valid files cut, changed, spliced and joined at random places."""

from __future__ import annotations

from media.films import film
from media.hostile.model import Draw, File
from media.hostile.valid import EVERY, SIZE, valid

_NAMES = tuple(sorted(EVERY))


def cut_short(draw: Draw) -> File:
    """Every container, cut anywhere, most often near its beginning or its end."""
    body, content_type = valid(draw.random.choice(_NAMES))
    share = draw.random.choice([draw.random.random(), draw.random.random() ** 4, 1 - draw.random.random() ** 4])
    return body[: max(1, int(len(body) * share))] + draw.turn((draw.marker, b"")), content_type


def bits_flipped(draw: Draw) -> File:
    """Single bits and bytes changed, few or many, anywhere or in the head alone."""
    body, content_type = valid(draw.random.choice(_NAMES))
    changed = bytearray(body + draw.marker)
    reach = draw.random.choice([len(body), len(body), 400])
    for _ in range(draw.turn((1, 10, 100, 1000))):
        at = draw.random.randrange(8, min(reach, len(body)))
        changed[at] = draw.random.choice(
            [changed[at] ^ 1 << draw.random.randrange(8), draw.random.randrange(256), 0, 255]
        )
    return bytes(changed), content_type


def pieces_moved(draw: Draw) -> File:
    """Pieces taken out, set to nothing, repeated, put elsewhere."""
    body, content_type = valid(draw.random.choice(_NAMES))
    for _ in range(draw.turn((1, 3, 10))):
        start = draw.random.randrange(8, len(body))
        stop = min(len(body), start + draw.random.choice([1, 16, 188, 1000, len(body) // 10]))
        piece = body[start:stop]
        body = draw.random.choice(
            [
                body[:start] + body[stop:],
                body[:start] + bytes(len(piece)) + body[stop:],
                body[:start] + piece * draw.random.choice([2, 20]) + body[stop:],
                body[:start] + draw.random.randbytes(len(piece)) + body[stop:],
                body[:start] + draw.noise(100) + body[start:],
            ]
        )
    return body + draw.marker, content_type


def spliced(draw: Draw) -> File:
    """The beginning of one file and the end of another, of the same container or of any."""
    first, content_type = valid(draw.random.choice(_NAMES))
    second, _ = valid(draw.random.choice(_NAMES))
    middle = draw.noise(draw.random.choice([0, 40, 5000]))
    return first[: draw.random.randrange(40, len(first))] + middle + second[
        draw.random.randrange(len(second)) :
    ], content_type


def joined(draw: Draw) -> File:
    """Several whole files of different kinds, one behind the other."""
    names = draw.random.sample(_NAMES, k=draw.turn((2, 3, 6)))
    _, content_type = valid(names[0])
    return draw.marker.join(valid(name)[0] for name in names) + draw.marker, content_type


def transport(draw: Draw) -> File:
    """MPEG-TS with noise between its packets, packets lost or repeated, programs that change, tables of noise."""
    body = valid("ts")[0]
    packets = [body[at : at + 188] for at in range(0, len(body), 188)]
    noise = [b"\x47" + draw.random.randbytes(155) + draw.marker for _ in range(40)]
    match draw.turn(("noise between", "lost", "again", "many", "odd lengths", "turned", "program", "hidden")):
        case "noise between":
            packets = [one for packet in packets for one in (packet, draw.random.choice(noise))]
        case "lost":
            packets = [packet for packet in packets if draw.random.random() < 0.8]
        case "again":
            packets = packets * 20
        case "many":
            packets += [_of_program(draw, 0x20 + number % 8000) for number in range(6000)]
        case "odd lengths":
            packets = [packet[: draw.random.choice([188, 188, 187, 50])] for packet in packets]
        case "turned":
            packets.reverse()
        case "program":
            other = film(container="ts", codec="mpeg2", audio="mp2", size=SIZE, seconds=1.0, rate=25)
            packets = packets[:30] + [other[at : at + 188] for at in range(0, len(other), 188)] + packets[30:]
        case "hidden":
            packets = [one for packet in packets for one in (packet, b"\x47\x1f\xff\x10" + (draw.marker * 6)[:184])]
    return b"".join(packets) + draw.marker, "video/mp2t"


def hardly_anything(draw: Draw) -> File:
    """One byte, a few, or a head without a body; the empty file is refused before it is sent."""
    body, content_type = valid(draw.random.choice(_NAMES))
    length = draw.turn((1, 2, 4, 8, 12, 16, 32, 64, 100, 200))
    return draw.turn((body[:length], body[:length] + bytes(500), body[:length] + draw.marker)), content_type


def changing(draw: Draw) -> File:
    """Films whose size, codec, rate or sound changes in the middle, again and again."""
    makers = [
        lambda: film(
            container="ts",
            size=(16 * draw.random.randrange(4, 30), 16 * draw.random.randrange(4, 20)),
            seconds=0.4,
            rate=10,
        ),
        lambda: film(container="ts", codec="mpeg2", audio="mp2", size=SIZE, seconds=0.4, rate=25),
        lambda: film(container="ts", codec="hevc", size=SIZE, seconds=0.4, rate=10),
        lambda: film(container="ts", size=SIZE, seconds=0.4, rate=60, audio="ac3"),
        lambda: film(container="ts", size=(200, 100), pixels="yuv444p", seconds=0.4, rate=10, audio=None),
    ]
    parts = [draw.random.choice(makers)() for _ in range(draw.turn((2, 4, 8)))]
    return (draw.marker + bytes(156)).join(parts) + draw.marker, "video/mp2t"


def _of_program(draw: Draw, number: int) -> bytes:
    """A packet of a stream of its own, or a program table that names it."""
    head = bytes([0x47, 0x40 | number >> 8, number & 0xFF, 0x10])
    start = draw.random.choice(
        [b"\0\0\x01\xe0\0\0\x80\0\0", b"\0\x02\xb0\x12\0\x01\xc1\0\0\xe1\x00\xf0\0\x1b\xe1\x01\xf0\0"]
    )
    return (head + start + draw.marker + bytes(188))[:188]
