"""Good media with a stranger's bytes in every place that a container has for them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from media.films import remuxed
from media.hostile import ebml
from media.hostile.boxes import Box, box, film_of, large_box, whole
from media.hostile.frames import jpeg, vp8_frames
from media.hostile.model import Draw, File
from media.hostile.ogg import comment_packet, page, pages_of
from media.hostile.valid import EVERY, plain_mp4, valid
from media.pictures import encoded, quarters
from media.tags import exif_of, xmp_of

_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP in an MP4


def active(marker: bytes) -> tuple[bytes, ...]:
    """Things that run, or point somewhere, when a browser or a shell takes the file for them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(zipfile.ZipInfo("evil.html"), marker)  # the same moment in every run
    return (
        b"<html><script>/*" + marker + b"*/alert(1)</script></html>",
        archive.getvalue(),
        b"%PDF-1.4\n%"
        + marker
        + b"\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
        b"<?php /*" + marker + b"*/ system('id'); ?>",
        b"\nffconcat version 1.0\n#" + marker + b"\nfile 'http://127.0.0.1/x'\n",
        b"\n#EXTM3U\n#" + marker + b"\nhttp://127.0.0.1/x\n",
    )


def behind_the_end(draw: Draw) -> File:
    """Something active appended to a good file of any kind."""
    body, content_type = valid(draw.turn(sorted(EVERY)))
    return body + draw.random.choice(active(draw.marker)), content_type


def in_boxes(draw: Draw) -> File:
    """``free``, ``udta``, ``uuid``, ``meta`` and unknown boxes at every level of an MP4."""
    payload = draw.random.choice(active(draw.marker))
    hidden = draw.turn(
        (
            Box(b"free", payload),
            Box(b"skip", draw.noise(500)),
            Box(b"uuid", _UUID + xmp_of(draw.marker)),
            Box(
                b"udta",
                box(b"\xa9xyz", struct.pack(">HH", len(draw.marker), 0x15C7) + draw.marker) + box(b"name", payload),
            ),
            Box(b"meta", b"\0\0\0\0" + box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9)) + _itunes(draw.marker)),
            Box(b"XXXX", payload),
            Box(b"wide", draw.marker),
            Box(b"pnot", payload),
        )
    )
    film = film_of(plain_mp4())
    assert film.inner is not None
    level = draw.random.choice(
        [film, film.find(b"moov"), *film.every(b"trak"), *film.every(b"minf"), *film.every(b"stbl")]
    )
    assert level.inner is not None
    level.inner.append(hidden)
    return whole(film), "video/mp4"


def in_media_data(draw: Draw) -> File:
    """Gaps in ``mdat`` that no sample points to, before and behind a second ``mdat`` of 64 bits."""
    film = film_of(plain_mp4())
    assert film.inner is not None
    film.find(b"mdat").body += draw.noise(draw.random.randrange(40, 4000))
    return whole(film) + large_box(b"mdat", draw.random.choice(active(draw.marker))), "video/mp4"


def in_handlers(draw: Draw) -> File:
    """Handler and compressor names: text that many tools copy along."""
    film = film_of(plain_mp4())
    for handler in film.every(b"hdlr"):
        handler.body = handler.body[:24] + draw.marker + b"\0"
    for descriptions in film.every(b"stsd"):
        at = descriptions.body.find(b"avc1")
        if at > 0:
            inside = bytearray(descriptions.body)
            inside[at + 46 : at + 78] = bytes([31]) + draw.marker[:31]  # the compressor's name
            descriptions.body = bytes(inside)
    return whole(film), "video/mp4"


def in_sound_tags(draw: Draw) -> File:
    """ID3 in front and behind, APE, Lyrics3, RIFF INFO, Vorbis comments, AIFF annotations."""
    frame = b"TXXX" + struct.pack(">I", len(draw.marker) + 1) + b"\0\0\0" + draw.marker
    private = b"PRIV" + struct.pack(">I", 600) + b"\0\0" + draw.noise(600 - len(draw.marker))
    lyrics = b"USLT" + struct.pack(">I", len(draw.marker) + 5) + b"\0\0\0eng\0" + draw.marker
    id3 = _id3(frame + private + lyrics)
    ape_item = struct.pack("<II", len(draw.marker), 0) + b"Comment\0" + draw.marker
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, len(ape_item) + 32, 1, 0) + bytes(8)
    mp3, flac, wav, aiff = (valid(form)[0] for form in ("mp3", "flac", "wav 16", "aiff"))
    info = b"INFOICMT" + struct.pack("<I", len(draw.marker)) + draw.marker
    broadcast = b"bext" + struct.pack("<I", 602) + draw.marker.ljust(602, b"\0")
    listed = b"LIST" + struct.pack("<I", len(info)) + info
    picture = _flac_picture(draw)
    comment = _flac_block(4, comment_packet(draw.marker))
    note = b"ANNO" + struct.pack(">I", len(draw.marker)) + draw.marker + b"ID3 " + struct.pack(">I", len(id3)) + id3
    return draw.turn(
        (
            (id3 + mp3, "audio/mpeg"),
            (mp3 + ape_item + ape, "audio/mpeg"),
            (mp3 + b"TAG" + draw.marker.ljust(125, b"\0"), "audio/mpeg"),
            (id3 + id3 + mp3 + id3, "audio/mpeg"),
            (flac[:42] + comment + _flac_block(2, b"test" + draw.marker) + flac[42:], "audio/flac"),
            (flac[:42] + _flac_block(6, picture) + _flac_block(1, draw.noise(300)) + flac[42:], "audio/flac"),
            (_riff(wav[:12] + broadcast + listed + wav[12:] + listed), "audio/wav"),
            (_form(aiff + note), "audio/aiff"),
            (id3 + valid("aac")[0], "audio/aac"),
            (valid("amr")[0] + draw.marker, "audio/amr"),
        )
    )  # fmt: skip


def in_matroska(draw: Draw) -> File:
    """Attachments, tags, chapters, void, titles, codec names and elements that nobody knows."""
    payload = draw.random.choice(active(draw.marker))
    track = ebml.Track(1, b"V_VP8", name=draw.marker, extra=ebml.text(0x258688, draw.marker))
    hiding = [
        ebml.attachment(b"a.html", b"text/html", payload),
        ebml.attachment(b"cover.jpg", b"image/jpeg", jpeg(64, 64) + draw.marker),
        ebml.tag(b"COMMENT", draw.marker),
        ebml.chapter(draw.marker),
        ebml.element(ebml.VOID, payload),
        ebml.element(0x1ABCDEF0, draw.noise(200)),
        ebml.element(0xBF, draw.marker[:4]),
    ]
    draw.random.shuffle(hiding)
    blocks = [ebml.Block(1, 100 * index, frame + draw.marker) for index, frame in enumerate(vp8_frames())]
    film = ebml.Matroska([track], blocks, doctype=draw.turn((b"matroska", b"webm")), title=draw.marker, others=hiding)
    return film.packed(), draw.turn(("video/x-matroska", "video/webm"))


def in_ogg(draw: Draw) -> File:
    """Vorbis and Opus comments, a skeleton, a stream that nobody knows, and pages behind the end."""
    name = draw.random.choice(("ogg vorbis", "ogg opus", "ogg flac", "ogg"))
    body, content_type = valid(name)
    pages = pages_of(body)
    stranger = page(b"fishead\0" + draw.noise(48), serial=0xBAD, flags=2)
    unknown = page(draw.noise(500), serial=0xBAE, flags=2)
    behind = page(draw.marker * 5, serial=0xBAE, number=1, flags=4)
    comment = f"comment={draw.marker.decode()}"
    tagged = remuxed(body, container="ogg", extra=("-metadata", comment, "-metadata:s:0", comment))
    kinds = (stranger + b"".join(pages), b"".join([pages[0], unknown, *pages[1:], behind]), tagged, body + stranger)
    return draw.turn(kinds), content_type


def in_pictures(draw: Draw) -> File:
    """EXIF, XMP, comments and what lies behind the end of a picture."""
    form = draw.turn(("jpeg", "png", "webp", "avif", "heic", "gif", "tiff"))
    payload = draw.random.choice(active(draw.marker))
    body = encoded(quarters(), form, gps=True, marker=draw.marker) + payload
    if form == "jpeg":
        comment = draw.noise(200)
        exif = b"Exif\0\0" + exif_of(orientation=3, gps=True, marker=draw.marker)
        segments = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
        body = body[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + segments + body[2:]
    if form == "png":
        packed = b"Comment\0\0" + zlib.compress(draw.marker)
        body = body[:33] + _png_piece(b"zTXt", packed) + _png_piece(b"maRk", draw.marker) + body[33:]
    return body, f"image/{form}"


def _itunes(marker: bytes) -> bytes:
    value = box(b"data", struct.pack(">II", 1, 0) + marker)
    cover = box(b"covr", box(b"data", struct.pack(">II", 13, 0) + jpeg(64, 64) + marker))
    mean, name = box(b"mean", b"\0\0\0\0com.x"), box(b"name", b"\0\0\0\0" + marker)
    return box(b"ilst", box(b"\xa9nam", value) + box(b"\xa9cmt", value) + cover + box(b"----", mean + name + value))


def _id3(frames: bytes) -> bytes:
    length = len(frames)
    return b"ID3\x03\0\0" + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def _riff(body: bytes) -> bytes:
    return body[:4] + struct.pack("<I", len(body) - 8) + body[8:]


def _form(body: bytes) -> bytes:
    return body[:4] + struct.pack(">I", len(body) - 8) + body[8:]


def _flac_block(kind: int, body: bytes) -> bytes:
    return struct.pack(">I", kind << 24 | len(body)) + body


def _flac_picture(draw: Draw) -> bytes:
    image = jpeg(64, 64) + draw.marker
    said = struct.pack(">II", 3, 10) + b"image/jpeg" + struct.pack(">I", len(draw.marker)) + draw.marker
    return said + struct.pack(">IIIII", 64, 64, 24, 0, len(image)) + image


def _png_piece(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
