"""Can this machine decode and encode what is accepted? Everything is asked inside the sandbox, as a worker does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.findings import Finding, Mend, command, fail, ok, setting
from mediadock.processing.document.model import DocumentSpec
from mediadock.processing.document.render import render_document
from mediadock.processing.ffmpeg import abilities
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.image.model import WEBP, ImageSpec, Output
from mediadock.processing.image.render import render_image
from mediadock.processing.image.samples import SAMPLES
from mediadock.processing.sniff import sniff
from mediadock.processing.sniffing.libmagic import ask_libmagic
from mediadock.processing.source import MemorySource

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
_WEBP_HEAD = b"RIFF"
_LIBVIPS = command(
    "pip install --force-reinstall pyvips-binary pillow-heif", say="Bring the decoders of the wheels back:"
)
_FFMPEG = setting(
    "IMAGEIO_FFMPEG_EXE=",
    say="Leave it empty, so that the FFmpeg of the wheel is used, or name one that was built with these:",
)

_UNSTARTED = "the fork server does not start"  # it loads all decoders before the first job
_WHEELS = command(
    "pip install --force-reinstall av pillow-heif pypdfium2 pyvips pyvips-binary",
    say="Python has said on standard error what cannot be loaded. Bring the wheels back:",
)


def program(_deployment: Deployment) -> Finding:
    """FFmpeg runs in the sandbox."""
    try:
        path = ffmpeg_path()
        asked = _asked()
    except (RuntimeError, OSError) as error:
        return fail(f"There is no FFmpeg: {error}", _FFMPEG)
    except ProcessingFailed as failure:
        if failure.log == _UNSTARTED:
            return unstarted(failure)
        return fail(f"FFmpeg does not run in the sandbox: {failure.log[-300:]}", _FFMPEG)
    if not any(asked.values()):
        return fail(f"{path} does not answer as FFmpeg does.", _FFMPEG)
    return ok(f"{path} runs in the sandbox.")


def encoders(_deployment: Deployment) -> Finding:
    """H.264, AAC and what waveforms and posters are made of."""
    return _has("encoders", abilities.ENCODERS)


def decoders(_deployment: Deployment) -> Finding:
    """What phones and browsers send."""
    found = _asked()["decoders"]
    if not found & abilities.AV1_DECODERS:
        return fail("FFmpeg has no decoder of AV1 (libdav1d).", _FFMPEG)
    return _has("decoders", abilities.DECODERS)


def filters(_deployment: Deployment) -> Finding:
    """What pictures and sounds go through."""
    return _has("filters", abilities.FILTERS)


def demuxers(_deployment: Deployment) -> Finding:
    """What opens the files."""
    return _has("demuxers", abilities.DEMUXERS)


def redirects(_deployment: Deployment) -> Finding:
    """FFmpeg can be told to follow none."""
    return _has("http_options", abilities.HTTP_OPTIONS, "HTTP options")


def pictures(_deployment: Deployment) -> Finding:
    """A picture of each accepted form becomes WebP."""
    broken = {name: why for name, sample in SAMPLES.items() if (why := _trouble_with_picture(name, sample))}
    if broken:
        name, why = next(iter(broken.items()))
        return fail(f"libvips cannot make WebP of {', '.join(broken)} ({name}: {why}).", _LIBVIPS)
    return ok(f"{', '.join(name.partition('/')[2] for name in SAMPLES)} become WebP.")


def documents(_deployment: Deployment) -> Finding:
    """The first page of a PDF is drawn."""
    made: list[Output] = []
    try:
        facts = render_document(MemorySource(_PDF), DocumentSpec(), emit=made.append)
    except (ContentRejected, ProcessingFailed) as error:
        return fail(f"PDFium does not draw: {_last_line(error)}.", _reinstall("pypdfium2"))
    if facts.pages != 1 or not made:
        return fail("PDFium drew no page of a document that has one.", _reinstall("pypdfium2"))
    return ok("PDFium draws pages.")


def sniffing(_deployment: Deployment) -> Finding:
    """Types are told by the bytes; libmagic is asked itself, as our own table knows a PDF as well."""
    told = ask_libmagic(_PDF).content_type
    if told != "application/pdf":
        return fail(f"libmagic takes application/pdf for {told}.", _reinstall("pylibmagic python-magic"))
    picture = SAMPLES["image/png"]
    found = sniff(picture, size_bytes=len(picture)).content_type
    if found != "image/png":
        return fail(f"image/png is taken for {found}.", _reinstall("pylibmagic python-magic"))
    return ok("libmagic knows a PDF, and our table a picture.")


def unstarted(failure: ProcessingFailed) -> Finding:
    """No job can run at all."""
    return fail(f"The sandbox does not start: {failure.log[-300:]}.", _WHEELS)


@cache
def _asked() -> Mapping[str, frozenset[str]]:
    return abilities.ffmpeg_abilities()


def _has(kind: str, needed: Collection[str], words: str = "") -> Finding:
    missing = sorted(set(needed) - _asked()[kind])
    if missing:
        return fail(f"FFmpeg lacks {words or kind}: {', '.join(missing)}.", _FFMPEG)
    return ok(f"All {len(needed)} that are needed are there." if len(needed) > 1 else f"{next(iter(needed))} is there.")


def _trouble_with_picture(content_type: str, sample: bytes) -> str:
    made: list[Output] = []
    try:
        render_image(MemorySource(sample), ImageSpec(content_type=content_type), emit=made.append)
    except (ContentRejected, ProcessingFailed) as error:
        return _last_line(error)
    good = made and all(output.content_type == WEBP and output.body.startswith(_WEBP_HEAD) for output in made)
    return "" if good else "no WebP came out"


def _last_line(error: ContentRejected | ProcessingFailed) -> str:
    return (error.log or error.detail).strip().splitlines()[-1][:200]


def _reinstall(packages: str) -> Mend:
    return command(f"pip install --force-reinstall {packages}", say="Bring the wheel back:")
