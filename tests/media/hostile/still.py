"""Pictures and documents that unpack into something enormous, or run in circles."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from media import bombs
from media.documents import RED_TOP_LEFT, Page, document, stream
from media.hostile.hidden import active
from media.hostile.model import Draw, File
from media.hostile.valid import PICTURES, valid
from media.pictures import animation

_BOMBS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "PNG of one bit": lambda: bombs.png_of(50_000, 50_000, bits=1),
        "PNG interlaced": lambda: bombs.png_of(20_000, 20_000, interlaced=True),
        "PNG of millions a side": lambda: bombs.png_of(2_000_000_000, 2_000_000_000),
        "GIF of many frames": lambda: bombs.gif_of(1_000, 1_000, frames=210),
        "JPEG progressive": lambda: bombs.jpeg_of(8_000, 8_000, progressive=True),
        "AVIF": lambda: bombs.avif_of(8_192),
        "WebP": lambda: bombs.webp_claiming(16_383),
        "JPEG too wide": lambda: bombs.jpeg_of(40_000, 100),
    }
)


@cache
def _bomb(name: str) -> bytes:
    return _BOMBS[name]()


def picture_bombs(draw: Draw) -> File:
    """Pictures of thousands of megapixels in a few bytes, refused by their heads."""
    name = draw.turn((*_BOMBS, "APNG"))
    body = _animated_claim(draw) if name == "APNG" else _bomb(name)
    return body + draw.marker, "image/png" if name == "APNG" else f"image/{name.split()[0].lower()}"


def pictures_changed(draw: Draw) -> File:
    """Bits, pieces and ends of good pictures changed."""
    body, content_type = valid(draw.turn(sorted(PICTURES)))
    changed = bytearray(body)
    for _ in range(draw.random.choice([1, 10, 100])):
        changed[draw.random.randrange(12, len(changed))] = draw.random.randrange(256)
    kept = draw.random.choice([len(changed), len(changed), draw.random.randrange(12, len(changed))])
    return bytes(changed[:kept]) + draw.random.choice(active(draw.marker)), content_type


def documents(draw: Draw) -> File:
    """PDFs that run things, hide files, go on as something else, are cut, changed, or hardly there.

    Those that take a gibibyte or an hour to draw are in ``media.hostile_documents``.
    """
    mark, payload = draw.marker, draw.random.choice(active(draw.marker))
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\('" + mark + b"'\\))>>/AA<</O<</S/Launch/F(sh)>>>>"
    named = b"/Names<</EmbeddedFiles<</Names[(a.html)<</Type/Filespec/F(a.html)/EF<</F 3 0 R>>>>]>>>>"
    written = Page(RED_TOP_LEFT + b"BT /F1 12 Tf (" + mark + b") Tj ET % " + mark)
    made = draw.turn(
        (
            lambda: document(written, catalog=script),
            lambda: document(written, further=[stream(payload, b"/Type /EmbeddedFile")], catalog=named),
            lambda: document(written) + payload,
            lambda: payload + document(written),
            lambda: document(written, written)[: draw.random.randrange(20, 900)],
            lambda: _changed(draw, document(written, written)),
            lambda: b"%PDF-1.7\n" + mark + b"\nstartxref\n0\n%%EOF",
            lambda: document(written, trailer=b"/Prev 9 /XRefStm 9 /Info 3 0 R"),
            lambda: document(written, further=[stream(zlib.compress(mark * 100_000), b"/Filter /FlateDecode")]),
            lambda: document(
                written, catalog=b"/AcroForm<</XFA 3 0 R>>", further=[stream(b"<xdp>" + payload + b"</xdp>")]
            ),
        )
    )
    return made() + b"\n%" + mark, "application/pdf"


def _changed(draw: Draw, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(draw.random.choice([3, 30])):
        changed[draw.random.randrange(9, len(changed))] = draw.random.randrange(256)
    return bytes(changed)


def _animated_claim(draw: Draw) -> bytes:
    """An APNG that counts four thousand million frames, each with a size and a place outside the picture."""
    body = animation("png")
    for name, fields in ((b"acTL", (0xFFFF_FFFF, 0)), (b"fcTL", (0, 2**31 - 1, 2**31 - 1, 2**31, 2**31))):
        at = body.index(name)
        (length,) = struct.unpack_from(">I", body, at - 4)
        inside = struct.pack(f">{len(fields)}I", *fields) + body[at + 4 + 4 * len(fields) : at + 4 + length]
        body = body[: at + 4] + inside + struct.pack(">I", zlib.crc32(name + inside)) + body[at + 8 + length :]
    return body
