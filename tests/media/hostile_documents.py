"""PDFs that want something: memory, time, a program, an address. Each is small; each names what it tries."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache

from media.documents import RED_TOP_LEFT, Page, document, stream, written

_BOX = b"/MediaBox [0 0 612 792] "
_GIB = 2**30


def boxed(box: bytes, further: bytes = b"") -> bytes:
    """A page of another measure, with a red square in the corner of an ordinary one."""
    return document(Page(entries=b"/MediaBox [%s] %s" % (box, further)))


def drawing(content: bytes, resources: bytes = b"", *further: bytes) -> bytes:
    """One page that draws ``content``; ``further`` objects are numbered from 3."""
    return document(Page(content, _BOX + b"/Resources << %s >>" % resources), further=further)


def _flate(body: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(body, 9), b"/Filter /FlateDecode " + entries)


@cache
def _zeros(size_bytes: int) -> bytes:
    """Deflated zeros, a two-hundredth of their size, made a piece at a time."""
    squeeze = zlib.compressobj(1)
    piece = bytes(2**20)
    pieces = [squeeze.compress(piece) for _ in range(size_bytes // len(piece))]
    return b"".join([*pieces, squeeze.flush()])


def _picture(entries: bytes, data: bytes) -> bytes:
    """A page filled with one picture."""
    picture = stream(data, b"/Type /XObject /Subtype /Image " + entries)
    return drawing(b"612 0 0 792 0 0 cm /I Do", b"/XObject << /I 3 0 R >>", picture)


def _form(content: bytes, resources: bytes) -> bytes:
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << %s >>" % resources)


def _laughs() -> bytes:
    """Ten forms, each drawn ten times by the next."""
    forms = [_form(b"0 0 1 rg 0 0 9 9 re f", b"")]
    forms += [_form(b"/F Do " * 10, b"/XObject << /F %d 0 R >>" % (3 + index)) for index in range(10)]
    return drawing(RED_TOP_LEFT + b"/F Do", b"/XObject << /F 13 0 R >>", *forms)


def _tiles(step: bytes) -> bytes:
    tile = stream(
        b"0 0 1 rg 0 0 1 1 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep %s /YStep %s" % (step, step)
        + b" /Resources << >>",
    )
    return drawing(b"/Pattern cs /P scn 0 0 612 792 re f", b"/Pattern << /P 3 0 R >>", tile)


def _shaded(program: bytes) -> bytes:
    function = stream(program, b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1]")
    shading = b"<< /ShadingType 1 /ColorSpace /DeviceRGB /Matrix [612 0 0 792 0 0] /Function 3 0 R >>"
    return drawing(b"/S sh", b"/Shading << /S 4 0 R >>", function, shading)


def _mesh(triangles: int) -> bytes:
    entries = b"/ShadingType 4 /ColorSpace /DeviceRGB /BitsPerCoordinate 8 /BitsPerComponent 8 /BitsPerFlag 8"
    mesh = b"\0\0\0\1\1\1" * 3 * triangles
    shading = _flate(mesh, entries + b" /Decode [0 612 0 792 0 1 0 1 0 1]")
    return drawing(b"/S sh", b"/Shading << /S 3 0 R >>", shading)


def _tree_of_depth(depth: int) -> bytes:
    """A page tree in which every node holds one further node, and the counts say nothing."""
    nodes = [b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] >>" % (2 + index, 4 + index) for index in range(depth)]
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 612 792] >>" % (2 + depth)
    return document(further=[*nodes, page], tree=b"/Kids [3 0 R]")


def _type3(glyph: bytes) -> bytes:
    """A font whose glyph is a program of its own."""
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 4 0 R >>"
        b" /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9]"
        b" /Resources << /Font << /F 3 0 R >> >> >>"
    )
    return drawing(b"BT /F 9 Tf 100 100 Td (a) Tj ET", b"/Font << /F 3 0 R >>", font, stream(glyph))


def _jbig2(width: int, height: int) -> bytes:
    """A JBIG2 page of this size with nothing on it."""
    info = b"\0\0\0\0\x30\0\1\0\0\0\x13" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(8) + b"\0\0\0"
    return _picture(
        b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode" % (width, height),
        info,
    )


def _jpx(side: int, tile: int) -> bytes:
    """A JPEG 2000 codestream of this size in tiles, and no data."""
    size, tiles = side.to_bytes(4, "big"), tile.to_bytes(4, "big")
    siz = b"\0\0" + size + size + bytes(8) + tiles + tiles + bytes(8) + b"\0\3" + b"\7\1\1" * 3
    cod = b"\0\0\0\1\0\5\4\4\0\1"
    qcd = b"\x40" + b"\x40" * 16
    marks = b"".join(
        mark + (len(body) + 2).to_bytes(2, "big") + body
        for mark, body in ((b"\xff\x51", siz), (b"\xff\x52", cod), (b"\xff\x5c", qcd))
    )
    part = b"\xff\x90\0\x0a\0\0\0\0\0\0\0\1\xff\x93\xff\xd9"
    return _picture(
        b"/Width %d /Height %d /ColorSpace /DeviceRGB /Filter /JPXDecode" % (side, side), b"\xff\x4f" + marks + part
    )


def _raw(width: int, height: int, size_bytes: int, filters: bytes = b"/FlateDecode", bits: int = 8) -> bytes:
    entries = b"/Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent %d /Filter %s"
    return _picture(entries % (width, height, bits, filters), _zeros(size_bytes))


def _fields(fields: bytes, *further: bytes) -> bytes:
    """A page with a form of these fields."""
    return document(Page(), further=further, catalog=b"/AcroForm << /Fields [%s] >>" % fields)


def _table_loop() -> bytes:
    """Tables of objects that name each other as the earlier one."""
    body = document(Page())
    at = body.rindex(b"xref\n0")
    return body.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)


def _object_stream_loop() -> bytes:
    """An object stream that says that it lies in itself."""
    rows = b"\0\0\0\xff" + b"\2\0\1\0" * 2 + b"\1\0\x0f\0"
    table = stream(rows, b"/Type /XRef /Size 4 /W [1 2 1] /Root 1 0 R")
    body = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<< /Type /ObjStm /N 2 /First 8 /Extends 1 0 R /Length 3 0 R >>\nendobj\n"
    return body + b"3 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))


def _own_length() -> bytes:
    return document(Page(), further=[b"<< /Length 3 0 R >>\nstream\nabc\nendstream"])


BOXES = {
    "200 inches a side": b"0 0 14400 14400",
    "a million points a side": b"0 0 1000000 1000000",
    "a million by one": b"0 0 1000000 1",
    "nothing": b"0 0 0 0",
    "less than nothing": b"100 100 -100 -200",
    "a thousandth of a point": b"0 0 0.001 0.001",
    "no numbers": b"NaN NaN NaN NaN",
    "words": b"/a /b /c /d",
    "two numbers": b"0 0",
    "sixty digits": b"0 0 %s %s" % (b"9" * 60, b"9" * 60),
    "beyond 32 bits": b"0 0 99999999999 99999999999",
    "far away": b"999999000 999999000 999999612 999999792",
    "both ends of the axis": b"-2147483648 -2147483648 2147483647 2147483647",
}

DRAWN: dict[str, Callable[[], bytes]] = {
    "a turn by 45": lambda: boxed(b"0 0 612 792", b"/Rotate 45"),
    "a turn by billions": lambda: boxed(b"0 0 612 792", b"/Rotate 99999999990"),
    "a unit of a million": lambda: boxed(b"0 0 612 792", b"/UserUnit 1000000"),
    "a million pages said": lambda: document(Page(), tree=b"/Count 1000000 /Kids [3 0 R]"),
    "ten million pages said": lambda: document(Page(), tree=b"/Count 10000000 /Kids [3 0 R]"),
    "less than no pages said": lambda: document(Page(), tree=b"/Count -5 /Kids [3 0 R]"),
    "a table that is its own predecessor": _table_loop,
    "a stream that is its own length": _own_length,
    "a form that draws itself": lambda: drawing(
        b"/F Do", b"/XObject << /F 3 0 R >>", _form(b"/F Do", b"/XObject << /F 3 0 R >>")
    ),
    "a glyph that is written in itself": lambda: _type3(b"9 0 d0 BT /F 9 Tf (aaaaaaaaaa) Tj ET"),
    "a million states saved": lambda: drawing(b"q " * 1_000_000 + RED_TOP_LEFT),
    "arrays in arrays": lambda: drawing(b"[" * 500_000 + RED_TOP_LEFT),
    "dictionaries in dictionaries": lambda: drawing(b"/T " + b"<< /a " * 200_000 + b" BDC " + RED_TOP_LEFT),
    "objects in objects": lambda: document(Page(entries=_BOX + b"/X " + b"[" * 200_000 + b"]" * 200_000)),
    "tiles of nothing": lambda: _tiles(b"0"),
    "dashes of a thousandth": lambda: drawing(b"[0.001] 0 d 1 w " + b"0 0 m 612 792 l S " * 100),
    "dashes of a billionth on a long line": lambda: drawing(b"[0.000000001] 0 d 0 0 m 100000000 792 l S"),
    "a line as wide as the world": lambda: drawing(b"1000000000 w 0 0 m 612 792 l S"),
    "a letter a mile high": lambda: drawing(
        b"BT /F 100000000 Tf (A) Tj ET", b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    ),
    "a mesh of a million triangles": lambda: _mesh(1_000_000),
    "a picture of 2 thousand million a side": lambda: _raw(2_000_000_000, 2_000_000_000, 2**20),
    "a picture of 30,000 a side without pixels": lambda: _raw(30_000, 30_000, 2**20),
    "a picture of 10,000 a side": lambda: _raw(10_000, 10_000, 300 * 2**20),
    "a picture of 65,000 bits a side": lambda: _picture(
        b"/Width 65000 /Height 65000 /ImageMask true /BitsPerComponent 1 /Filter /FlateDecode", _zeros(504 * 2**20)
    ),
    "deflated twice": lambda: _picture(
        b"/Width 10000 /Height 10000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]",
        zlib.compress(_zeros(_GIB)),
    ),
    "a JBIG2 of 60,000 a side": lambda: _jbig2(60_000, 60_000),
    "a JBIG2 of 4 thousand million a side": lambda: _jbig2(2**32 - 1, 2**32 - 1),
    "a JPEG 2000 of 2 thousand million tiles": lambda: _jpx(2**31 - 1, 1),
    "a JPEG 2000 of 10,000 tiles": lambda: _jpx(10_000, 100),
    "a field that is its own kid": lambda: _fields(b"3 0 R", b"<< /T (a) /Kids [3 0 R 3 0 R] >>"),
    "a field in a field, 10,000 times": lambda: _fields(
        b"3 0 R", *(b"<< /T (a) /Kids [%d 0 R] >>" % (4 + index) for index in range(10_000)), b"<< /T (a) /FT /Tx >>"
    ),
    "the same field 200,000 times": lambda: _fields(b"3 0 R " * 200_000, b"<< /FT /Tx /T (a) /V (b) >>"),
    "a thousand filters": lambda: _picture(
        b"/Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [%s]"
        % (b"/ASCIIHexDecode " * 1_000),
        b"00" * 5_000,
    ),
}

UNDRAWN: dict[str, Callable[[], bytes]] = {
    "a crop outside of the page": lambda: boxed(b"0 0 612 792", b"/CropBox [5000 5000 6000 6000]"),
    "tiles of a thousandth": lambda: _tiles(b"0.001"),
    "a shading that computes": lambda: _shaded(b"{ " + b"exch dup mul sin cos exch " * 2_000 + b" 0 }"),
    "a curve of a million pieces": lambda: drawing(b"0 0 m " + b"612 0 0 792 300 300 c " * 1_000_000 + b"S"),
    "a JPEG 2000 of 60,000 a side": lambda: _jpx(60_000, 60_000),
    "ten forms of ten": _laughs,
    "a page of a gibibyte of zeros": lambda: written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 612 792] >>",
            stream(_zeros(_GIB), b"/Filter /FlateDecode"),
        ]
    ),
    "a page of 600 million operators": lambda: written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents [%s] /MediaBox [0 0 612 792] >>" % (b"4 0 R " * 100),
            _flate(b"0 0 9 9 re f\n" * 6_000_000),
        ]
    ),
}

REFUSED: dict[str, Callable[[], bytes]] = {
    "a tree of 100,000 levels": lambda: _tree_of_depth(100_000),
    "an object stream in itself": _object_stream_loop,
}


def acting(address: str, file: str) -> dict[str, bytes]:
    """Documents that would run ``touch`` on a file, show its pixels, or call an address, when opened or looked at."""
    url, path = address.encode(), file.encode()
    script = b"app.launchURL('%s'); this.submitForm('%s'); app.execMenuItem('Quit');" % (url, url)
    actions = {
        "a script": b"<< /S /JavaScript /JS (%s) >>" % script,
        "a program": b"<< /S /Launch /F (/usr/bin/touch) /P (%s) /Unix << /F (/usr/bin/touch) /P (%s) >> >>"
        % (path, path),
        "an address": b"<< /S /URI /URI (%s) >>" % url,
        "a form that is sent": b"<< /S /SubmitForm /F << /FS /URL /F (%s) >> /Fields [] >>" % url,
        "data that is fetched": b"<< /S /ImportData /F << /FS /URL /F (%s) >> >>" % url,
        "another document": b"<< /S /GoToR /F << /FS /URL /F (%s) >> /D [0 /Fit] >>" % url,
    }
    documents = {}
    for name, action in actions.items():
        documents[f"{name} on opening"] = document(Page(), catalog=b"/OpenAction " + action)
        documents[f"{name} on looking"] = document(Page(entries=_BOX + b"/AA << /O %s /PV %s >>" % (action, action)))
    names = b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (%s) >>] >> >>" % script
    documents["a script by name"] = document(Page(), catalog=names)
    external = b"/Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8 /F "
    documents["pixels of a file"] = _picture(external + b"(%s)" % path, b"")
    documents["pixels of an address"] = _picture(external + b"<< /FS /URL /F (%s) >>" % url, b"")
    xfa = stream(b"<xdp><template><event activity='initialize'><script>%s</script></event></template></xdp>" % script)
    run = b"<< /S /JavaScript /JS (%s) >>" % script
    field = b"<< /FT /Tx /T (a) /V (1) /AA << /C %s /F %s /K %s /V %s >> >>" % (run, run, run, run)
    documents["a field that computes"] = _fields(b"3 0 R", field)
    documents["a form with scripts"] = document(Page(), further=[xfa], catalog=b"/AcroForm << /Fields [] /XFA 3 0 R >>")
    return documents
