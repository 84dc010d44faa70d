"""PDFs that want memory, time, a program or an address: every one ends in time, and nothing else comes of it."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pytest
from pypdfium2.version import PDFIUM_INFO

from media.documents import Page, SparseDocument, document, objects_of, stream
from media.encryption import with_aes
from media.hostile_documents import BOXES, DRAWN, REFUSED, UNDRAWN, acting, boxed
from media.pictures import colour_at, is_near
from media.spent import processor_time_s
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.document import DOCUMENT_LIMITS, DocumentFacts, DocumentSpec, render_document
from mediadock.processing.image import Output
from mediadock.processing.limits import GIB, Limits
from mediadock.processing.sandbox import Frame, Job, run_job, warm, zygote_pid
from mediadock.processing.source import MemorySource, Source

PATIENT = replace(DOCUMENT_LIMITS, wall_s=600.0, cpu_s=30)
"""The half a minute that a document may take, as time of a processor: another's work does not count."""
IMPATIENT = replace(PATIENT, cpu_s=3)
CODES = {"corrupt", "encrypted", "empty_document", "decoder_crashed", "timeout", "out_of_memory"}
SEEDS = range(60)


@dataclass
class Outcome:
    """What came of a document: facts and pictures, or a code."""

    facts: DocumentFacts | None = None
    outputs: list[Output] = field(default_factory=list)
    code: str | None = None
    cpu_s: float = 0.0

    @property
    def is_sound(self) -> bool:
        """All pictures and a count, a count alone, or a code that the page of errors knows."""
        if self.facts is None:
            return self.code in CODES
        drawn = self.facts.placeholder is not None
        return self.facts.pages > 0 and [output.name for output in self.outputs] == ["96", "240", "480", "960"] * drawn


def outcome(source: bytes | Source, *, limits: Limits = PATIENT) -> Outcome:
    """Render by the public door; any error that is none of ours goes through."""
    ended = Outcome()
    warm()
    before_s = processor_time_s()
    given = MemorySource(source) if isinstance(source, bytes) else source
    try:
        ended.facts = render_document(given, DocumentSpec(), emit=ended.outputs.append, limits=limits)
    except (ContentRejected, ProcessingFailed) as error:
        ended.code = error.code
    ended.cpu_s = processor_time_s() - before_s
    assert ended.is_sound, ended
    return ended


@pytest.fixture(autouse=True, scope="module")
def _the_next_person_is_served_by_the_same_process() -> Iterator[None]:
    """Whatever a child met, the process that forks children is there afterwards, and works."""
    outcome(document(Page()))
    before = zygote_pid()
    yield
    assert outcome(document(Page())).facts is not None
    assert zygote_pid() == before


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_a_page_of_any_measure_is_drawn(box: bytes) -> None:
    ended = outcome(boxed(box))
    assert ended.facts is not None
    assert ended.facts.pages == 1
    assert max(max(output.width, output.height) for output in ended.outputs) == 960


@pytest.mark.slow
@pytest.mark.parametrize("make", DRAWN.values(), ids=DRAWN)
def test_what_looks_dangerous_and_can_be_drawn_is_drawn_in_less_than_a_gibibyte(make: Callable[[], bytes]) -> None:
    frames: list[Frame] = []
    report = run_job(_job(), MemorySource(make()), limits=PATIENT, on_output=frames.append)
    assert [frame.text("name") for frame in frames] == ["", "96", "240", "480", "960"]
    assert frames[0].number("pages") > 0
    assert report.peak_rss_bytes < GIB


@pytest.mark.slow
@pytest.mark.parametrize("make", UNDRAWN.values(), ids=UNDRAWN)
def test_what_cannot_be_drawn_in_time_and_memory_is_counted_and_has_no_pictures(make: Callable[[], bytes]) -> None:
    ended = outcome(make(), limits=IMPATIENT)
    assert ended.facts == DocumentFacts(pages=1, placeholder=None)
    assert ended.outputs == []
    assert ended.cpu_s < IMPATIENT.cpu_s + 3.0


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_what_has_no_page_to_be_found_ends(make: Callable[[], bytes]) -> None:
    ended = outcome(make(), limits=IMPATIENT)
    assert ended.code in {"decoder_crashed", "empty_document"}
    assert ended.cpu_s < IMPATIENT.cpu_s + 3.0


def test_a_document_may_take_half_a_minute_and_a_gibibyte() -> None:
    assert DOCUMENT_LIMITS.wall_s <= 30.0
    assert DOCUMENT_LIMITS.memory_bytes <= GIB


def test_nothing_is_run_called_or_fetched(tmp_path: Path) -> None:
    marker = tmp_path / "pixels"
    marker.write_bytes(b"\0\0\xff")
    marker.chmod(0o644)
    before = marker.stat().st_mtime_ns
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        for name, body in acting(address, str(marker)).items():
            ended = outcome(body)
            assert ended.facts is not None, name
            assert ended.facts.pages == 1, name
            assert not is_near(colour_at(ended.outputs[-1].body, 0.5, 0.5), (0, 0, 255)), name
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert marker.stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == ["pixels"]


def test_the_library_knows_no_scripts() -> None:
    assert not {"V8", "XFA"} & set(PDFIUM_INFO.flags)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_document_that_was_damaged_at_random_ends(seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(rng.choice(VALID))
    for _ in range(rng.choice((1, 5, 50, 500))):
        at = rng.randrange(8, len(body))
        body[at] = rng.choice((0, 0xFF, rng.randrange(256), ord("0"), ord("9"), ord("<"), ord("[")))
    if rng.random() < 0.3:
        del body[rng.randrange(8, len(body)) :]
    if rng.random() < 0.3:
        at = rng.randrange(8, len(body))
        body[at:at] = body[rng.randrange(len(body)) :][: rng.randrange(2_000)]
    assert outcome(bytes(body), limits=IMPATIENT).cpu_s < IMPATIENT.cpu_s + 3.0


def test_a_large_document_without_a_table_is_looked_through_in_flat_memory() -> None:
    """Without the table pdfium looks at every byte; streams are skipped, so that many of them take no more than one."""
    stuffing = [stream(bytes(2**20))] * 100
    source = SparseDocument([*objects_of(Page()), *stuffing], gap_bytes=0)
    source.forget_the_table()
    report = run_job(_job(), source, limits=PATIENT, on_output=lambda _: None)
    assert report.peak_rss_bytes < GIB // 10
    assert source.bytes_read >= source.size_bytes


def _job() -> Job:
    return Job(entry="mediadock.processing.document.pipeline:render", params=asdict(DocumentSpec()))


VALID = (
    document(Page(), Page()),
    document(Page(entries=b"/MediaBox [0 0 612 792] /Rotate 90 /CropBox [0 0 300 300]")),
    with_aes(Page(), b""),
    DRAWN["a form that draws itself"](),
    DRAWN["a glyph that is written in itself"](),
    DRAWN["tiles of nothing"](),
    DRAWN["a mesh of a million triangles"](),
    DRAWN["a JBIG2 of 60,000 a side"](),
    DRAWN["a JPEG 2000 of 10,000 tiles"](),
    DRAWN["a picture of 30,000 a side without pixels"](),
    REFUSED["an object stream in itself"](),
)
