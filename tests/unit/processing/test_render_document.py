"""First pages of sound PDFs, and what is said of the others."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import thumbhash
from PIL import Image

from media.documents import (
    BLUE_BOTTOM_RIGHT,
    RED_TOP_LEFT,
    Page,
    SparseDocument,
    document,
    objects_of,
    stream,
    written,
)
from media.encryption import with_aes, with_rc4
from media.pictures import colour_at, is_near
from mediadock.core.errors import ContentRejected
from mediadock.processing.document import DocumentFacts, DocumentSpec, render_document
from mediadock.processing.image import Output
from mediadock.processing.source import MemorySource, Source

GIB = 2**30
BOX = b"/MediaBox [0 0 612 792] "
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
NEAR_TOP_LEFT, NEAR_TOP_RIGHT = (0.05, 0.04), (0.95, 0.04)
NEAR_BOTTOM_LEFT, NEAR_BOTTOM_RIGHT = (0.05, 0.96), (0.95, 0.96)


@dataclass(frozen=True)
class Rendered:
    """Facts, and the pictures in the order in which they came."""

    facts: DocumentFacts
    outputs: tuple[Output, ...]

    def __getitem__(self, name: str) -> Output:
        return next(output for output in self.outputs if output.name == name)

    def at(self, place: tuple[float, float], *, name: str = "960") -> tuple[int, int, int]:
        """The colour at a place of a picture, both from 0 to 1."""
        return colour_at(self[name].body, *place)


def render(source: bytes | Source, **changes: object) -> Rendered:
    """Render by the public door."""
    outputs: list[Output] = []
    given = MemorySource(source) if isinstance(source, bytes) else source
    facts = render_document(given, DocumentSpec(**changes), emit=outputs.append)
    return Rendered(facts=facts, outputs=tuple(outputs))


def refusal(body: bytes) -> ContentRejected:
    """How the document is refused."""
    with pytest.raises(ContentRejected) as refused:
        render(body)
    return refused.value


def test_a_page_gives_every_size_smallest_first() -> None:
    rendered = render(document(Page()))
    assert [(output.name, output.width, output.height) for output in rendered.outputs] == [
        ("96", 96, 96),
        ("240", 186, 240),
        ("480", 371, 480),
        ("960", 742, 960),
    ]
    for output in rendered.outputs:
        assert output.content_type == "image/webp"
        assert Image.open(io.BytesIO(output.body)).size == (output.width, output.height)


@pytest.mark.parametrize("name", ["240", "480", "960"])
def test_what_is_on_the_page_is_where_it_was_on_white(name: str) -> None:
    rendered = render(document(Page()))
    assert is_near(rendered.at(NEAR_TOP_LEFT, name=name), RED)
    assert is_near(rendered.at(NEAR_BOTTOM_RIGHT, name=name), BLUE)
    for place in (NEAR_TOP_RIGHT, NEAR_BOTTOM_LEFT, (0.5, 0.5)):
        assert is_near(rendered.at(place, name=name), WHITE, tolerance=3)


def test_the_square_is_the_middle_of_the_page() -> None:
    rendered = render(document(Page(b"1 0 0 rg 0 0 612 792 re f 0 0 1 rg 0 90 612 612 re f")))
    assert all(is_near(rendered.at((0.5, y), name="96"), BLUE) for y in (0.03, 0.5, 0.97))
    assert is_near(rendered.at((0.5, 0.05)), RED)


@pytest.mark.parametrize(
    ("turn", "place", "landscape"),
    [
        (0, NEAR_TOP_LEFT, False),
        (90, NEAR_TOP_RIGHT, True),
        (180, NEAR_BOTTOM_RIGHT, False),
        (270, NEAR_BOTTOM_LEFT, True),
    ],
)
def test_a_turned_page_is_shown_upright(turn: int, place: tuple[float, float], landscape: bool) -> None:
    rendered = render(document(Page(RED_TOP_LEFT, BOX + b"/Rotate %d" % turn)))
    assert (rendered["960"].width > rendered["960"].height) is landscape
    for corner in (NEAR_TOP_LEFT, NEAR_TOP_RIGHT, NEAR_BOTTOM_LEFT, NEAR_BOTTOM_RIGHT):
        assert is_near(rendered.at(corner), RED if corner == place else WHITE), corner


def test_only_what_is_inside_the_crop_is_shown() -> None:
    rendered = render(document(Page(entries=BOX + b"/CropBox [0 692 200 792]")))
    assert (rendered["960"].width, rendered["960"].height) == (960, 480)
    assert is_near(rendered.at((0.25, 0.5)), RED)
    assert is_near(rendered.at((0.75, 0.5)), WHITE)


def test_measures_are_inherited_from_the_tree() -> None:
    tree = b"/Count 1 /Kids [3 0 R] /MediaBox [0 0 400 200]"
    assert (render(document(Page(entries=b""), tree=tree))["960"].height) == 480


@pytest.mark.parametrize("pages", [1, 2, 25])
def test_pages_are_counted_and_the_first_is_shown(pages: int) -> None:
    rendered = render(document(Page(RED_TOP_LEFT), *[Page(BLUE_BOTTOM_RIGHT)] * (pages - 1)))
    assert rendered.facts.pages == pages
    assert is_near(rendered.at(NEAR_TOP_LEFT), RED)


def test_pages_in_branches_are_counted() -> None:
    leaf = b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >>"
    branch = b"<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [5 0 R 6 0 R] >>"
    other = b"<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [7 0 R] >>"
    body = document(further=[branch, other, leaf, leaf, leaf], tree=b"/Count 3 /Kids [3 0 R 4 0 R]")
    assert render(body).facts.pages == 3


def test_pictures_and_text_are_drawn() -> None:
    raw = b"\xff\0\0" * 32 + b"\0\0\xff" * 32
    picture = stream(
        zlib.compress(raw),
        b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode",
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"
    content = b"q 612 0 0 396 0 396 cm /I Do Q BT /F 300 Tf 40 60 Td (MM) Tj ET"
    entries = BOX + b"/Resources << /XObject << /I 3 0 R >> /Font << /F 4 0 R >> >>"
    rendered = render(document(Page(content, entries), further=[picture, font]))
    assert is_near(rendered.at((0.5, 0.1)), RED)
    assert is_near(rendered.at((0.5, 0.4)), BLUE)
    lower = Image.open(io.BytesIO(rendered["960"].body)).convert("L").crop((0, 480, 742, 960))
    ink = sum(lower.histogram()[:60]) / (742 * 480)
    assert 0.1 < ink < 0.6


def test_notes_on_the_page_are_drawn() -> None:
    looks = stream(b"0 0 1 rg 0 0 200 200 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 200 200]")
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 300 400 500] /F 4 /AP << /N 3 0 R >> >>"
    rendered = render(document(Page(b"", BOX + b"/Annots [4 0 R]"), further=[looks, note]))
    assert is_near(rendered.at((0.5, 0.5)), BLUE)


def test_what_was_filled_in_is_drawn() -> None:
    looks = stream(b"0 0 1 rg 0 0 200 200 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 200 200]")
    box = b"<< /Subtype /Widget /FT /Tx /T (name) /V (Bob) /Rect [200 300 400 500] /F 4 /AP << /N 3 0 R >> >>"
    page = Page(b"", BOX + b"/Annots [4 0 R]")
    rendered = render(document(page, further=[looks, box], catalog=b"/AcroForm << /Fields [4 0 R] >>"))
    assert is_near(rendered.at((0.5, 0.5)), BLUE)


@pytest.mark.parametrize(
    ("box", "size", "square"),
    [
        (b"0 0 10000 1000", (960, 96), 96),
        (b"0 0 10000 100", (960, 10), 96),  # a strip is drawn larger, so that the square has its size
        (b"0 0 100 10000", (10, 960), 96),
        (b"0 0 1000000 1", (960, 1), 1),
        (b"0 0 14400 14400", (960, 960), 96),
        (b"0 0 1 1", (960, 960), 96),  # a page has no pixels of its own
    ],
)
def test_pages_of_any_measure_fit(box: bytes, size: tuple[int, int], square: int) -> None:
    rendered = render(document(Page(entries=b"/MediaBox [%s]" % box)))
    assert (rendered["960"].width, rendered["960"].height) == size
    assert (rendered["96"].width, rendered["96"].height) == (square, square)


def test_other_sizes_can_be_asked_for() -> None:
    rendered = render(document(Page()), sizes=(1500, 100), square=32)
    assert [(output.name, output.height) for output in rendered.outputs] == [("32", 32), ("100", 100), ("1500", 1500)]


def test_the_placeholder_looks_like_the_page() -> None:
    placeholder = render(document(Page(b"1 0 0 rg 0 0 612 792 re f"))).facts.placeholder
    assert placeholder is not None
    red, green, blue, _alpha = thumbhash.thumb_hash_to_average_rgba(base64.b64decode(placeholder))
    assert red > 0.8
    assert max(green, blue) < 0.2


def test_nothing_of_the_author_leaves() -> None:
    secret = b"Jane Q. Author, 12 Acacia Avenue"
    xmp = stream(b"<x:xmpmeta><dc:creator>%s</dc:creator></x:xmpmeta>" % secret, b"/Type /Metadata /Subtype /XML")
    info = b"<< /Author (%s) /Title (%s) >>" % (secret, secret)
    body = document(Page(), further=[info, xmp], catalog=b"/Metadata 4 0 R", trailer=b"/Info 3 0 R")
    assert body.count(secret) == 3
    for output in render(body).outputs:
        assert secret not in output.body
        assert not [mark for mark in (b"EXIF", b"XMP ", b"ICCP") if mark in output.body]


@pytest.mark.parametrize("gap_bytes", [200 * 2**20, 5 * GIB])
def test_of_a_large_document_only_what_the_page_needs_is_read(gap_bytes: int) -> None:
    source = SparseDocument(objects_of(Page(), Page()), gap_bytes=gap_bytes)
    rendered = render(source)
    assert rendered.facts.pages == 2
    assert is_near(rendered.at(NEAR_TOP_LEFT), RED)
    assert source.bytes_read < 2**20


def test_a_small_document_is_read_once() -> None:
    source = SparseDocument(objects_of(Page()), gap_bytes=2**20)
    render(source)
    assert source.bytes_read == source.size_bytes


def test_a_page_larger_than_what_is_kept_in_memory_is_drawn_by_ranges() -> None:
    """40 MB of one page's pixels, read in order."""
    side = 3_700
    noise = Image.effect_noise((side, side), 90).convert("RGB").tobytes()
    picture = stream(
        noise,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
        % (side, side),
    )
    content = b"q 612 0 0 792 0 0 cm /I Do Q " + RED_TOP_LEFT
    page = Page(content, BOX + b"/Resources << /XObject << /I 3 0 R >> >>")
    rendered = render(SparseDocument(objects_of(page, further=[picture]), gap_bytes=GIB))
    assert is_near(rendered.at(NEAR_TOP_LEFT), RED)
    assert is_near(rendered.at((0.5, 0.5)), (128, 128, 128), tolerance=70)


def test_a_page_that_takes_too_long_is_shown_as_far_as_it_got() -> None:
    lines = b"0 0 m 612 792 l 0 792 l 612 0 l S " * 40_000
    rendered = render(document(Page(RED_TOP_LEFT + lines + b"0 0 1 rg 0 0 612 792 re f")), draw_for_s=0.2)
    assert is_near(rendered.at(NEAR_TOP_LEFT), RED, tolerance=90)
    assert not is_near(rendered.at((0.5, 0.1)), BLUE)


@pytest.mark.parametrize("lock", [with_rc4, with_aes])
class TestBehindAPassword:
    def test_what_cannot_be_read_without_it_is_refused(self, lock: Callable[[Page, bytes], bytes]) -> None:
        refused = refusal(lock(Page(), b"open sesame"))
        assert refused.code == "encrypted"
        assert refused.detail == "This PDF is protected by a password. Remove the password and send it again."

    def test_what_anybody_may_read_is_shown(self, lock: Callable[[Page, bytes], bytes]) -> None:
        rendered = render(lock(Page(), b""))
        assert rendered.facts.pages == 1
        assert is_near(rendered.at(NEAR_TOP_LEFT), RED)


def test_a_lock_that_nobody_knows_is_refused() -> None:
    lock = b"<< /Filter /Adobe.PubSec /V 4 /SubFilter /adbe.pkcs7.s5 >>"
    assert refusal(document(Page(), further=[lock], trailer=b"/Encrypt 3 0 R /ID [<00> <00>]")).code == "encrypted"


@pytest.mark.parametrize(
    "body",
    [document(), document(tree=b"/Count 0 /Kids []"), written([b"<< /Type /Catalog >>"])],
    ids=["no kids", "none said", "no tree"],
)
def test_a_document_without_pages_is_refused(body: bytes) -> None:
    refused = refusal(body)
    assert (refused.code, refused.detail) == ("empty_document", "This PDF has no pages.")


SOUND = document(Page(), Page())
BROKEN = {
    "a head alone": SOUND[:9],
    "cut in the first object": SOUND[:40],
    "cut in the page": SOUND[: len(SOUND) // 2],
    "cut before the trailer": SOUND[: SOUND.rindex(b"trailer")],
    "zeros": b"%PDF-1.7\n" + bytes(10_000),
    "noise": b"%PDF-1.7\n" + bytes(range(256)) * 100,
    "the first page is missing": document(tree=b"/Count 3 /Kids [90 0 R 91 0 R 92 0 R]"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_document_is_refused(body: bytes) -> None:
    refused = refusal(body)
    assert (refused.code, refused.detail) == ("corrupt", "This PDF is damaged or incomplete and cannot be opened.")


def test_a_table_that_is_wrong_is_made_anew() -> None:
    rendered = render(SOUND.replace(b"startxref\n", b"startxref\n9"))
    assert rendered.facts.pages == 2
    assert is_near(rendered.at(NEAR_TOP_LEFT), RED)


def test_a_page_without_an_area_has_no_pictures() -> None:
    rendered = render(document(Page(entries=BOX + b"/CropBox [5000 5000 6000 6000]"), Page()))
    assert (rendered.facts, rendered.outputs) == (DocumentFacts(pages=2, placeholder=None), ())


@pytest.mark.parametrize("gap_bytes", [0, GIB])
def test_what_goes_wrong_at_the_source_is_told_as_it_is(gap_bytes: int) -> None:
    class Unplugged(SparseDocument):
        def read(self, offset: int, length: int) -> bytes:
            raise ConnectionResetError("the store went away")

    with pytest.raises(ConnectionResetError, match="the store went away"):
        render(Unplugged(objects_of(Page()), gap_bytes=gap_bytes))
