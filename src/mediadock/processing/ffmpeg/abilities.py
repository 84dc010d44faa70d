"""What the FFmpeg of this machine can do, asked of itself inside the sandbox, and what of it is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.sandbox.child import Parent
from mediadock.processing.source import MemorySource

ENCODERS = frozenset({"libx264", "aac", "pcm_s16le", "rawvideo"})
_DECODERS = "h264 hevc vp8 vp9 mpeg4 mpeg2video mjpeg gif aac mp3 opus vorbis flac alac amrnb pcm_s16le pcm_s24le"
DECODERS = frozenset(_DECODERS.split())
"""What phones and browsers send. AV1 is apart: ``av1`` alone decodes by hardware only."""

AV1_DECODERS = frozenset({"libdav1d", "libaom-av1"})
_FILTERS = (
    "scale pad crop format select split setparams setsar sidedata bwdif zscale tonemap "
    "asetpts aresample asplit asetnsamples aselect"
)
FILTERS = frozenset(_FILTERS.split())
_DEMUXERS = "mov matroska avi mpegts mpeg mpegvideo ogg gif mp3 aac flac wav aiff amr"
DEMUXERS = frozenset(_DEMUXERS.split())
HTTP_OPTIONS = frozenset({"max_redirects"})
"""Without it a redirect would be followed out of the sandbox' own bridge."""

_ENTRY = "mediadock.processing.ffmpeg.abilities:ask"
_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "encoders": ("-encoders",),
    "decoders": ("-decoders",),
    "filters": ("-filters",),
    "demuxers": ("-demuxers",),
    "http_options": ("-h", "protocol=http"),
}
_LIMITS = Limits(wall_s=20.0, cpu_s=20, file_bytes=1)
_LINE = re.compile(r"^ +[A-Z.|]+ +([\w,-]+) ", re.MULTILINE)
_OPTION = re.compile(r"^ +-(\w+) ", re.MULTILINE)


def ffmpeg_abilities() -> Mapping[str, frozenset[str]]:
    """Names by ``encoders``, ``decoders``, ``filters``, ``demuxers`` and ``http_options``.

    Raises ProcessingFailed when it cannot be run at all, RuntimeError where there is none.
    """
    job = Job(entry=_ENTRY, params={}, program=ffmpeg_path())
    report = run_job(job, MemorySource(b""), limits=_LIMITS, on_output=lambda _: None)
    return {name: frozenset(str(report.result.get(name, "")).split()) for name in _QUESTIONS}


def ask(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:  # noqa: ARG001 - the form of a job
    """The job: every question, one run each; names with spaces between."""
    return {name: " ".join(sorted(_answer(parent, question))) for name, question in _QUESTIONS.items()}


def _answer(parent: Parent, question: tuple[str, ...]) -> set[str]:
    printed = bytearray()
    run_ffmpeg(parent, ["-hide_banner", "-nostdin", *question], on_data=printed.extend)
    pattern = _OPTION if question[0] == "-h" else _LINE
    return {name for names in pattern.findall(printed.decode(errors="replace")) for name in names.split(",")}
