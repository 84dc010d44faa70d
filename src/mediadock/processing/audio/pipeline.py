"""One sound from bytes to M4A and waveform, inside the sandbox: one FFmpeg, one decode, all outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mediadock.core.dimensions import MAX_DURATION_S
from mediadock.core.errors import ContentRejected
from mediadock.core.profiles import AudioVariant
from mediadock.processing.audio.waveform import Waveform
from mediadock.processing.ffmpeg.arguments import global_arguments, input_arguments, output_arguments
from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.sandbox.child import Parent

_RATE = 44_100
_SAMPLES_AT_ONCE = 65_536
"""To the waveform: frame by frame it would cost as many wake-ups again as all of the transcode."""

_SLACK_S = 60.0
_FEWEST_BITS = 500
"""A second of any sound takes more: silence in Opus or AMR still has its frames."""

_CHAINED = frozenset({"ogg"})
"""Recordings one behind the other in one file, of which the duration is the last one's."""

_ENOUGH = 0.9
"""Of the duration that the container claims: players are tolerant, so are we."""


@dataclass(frozen=True)
class _Task:
    stream: int
    demuxer: str
    duration_s: float | None
    variants: tuple[AudioVariant, ...]
    bars: int


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Run FFmpeg, gather the peaks, hand over the files. The waveform is of the mixed-down sound at 44.1 kHz."""
    task = _task_of(params)
    waveform = Waveform()

    def on_time(seconds: float) -> None:
        if task.duration_s:
            parent.progress(seconds / task.duration_s * 100)

    most_s = longest_s(None if task.demuxer in _CHAINED else task.duration_s, size_bytes=parent.size_bytes)
    code = run_ffmpeg(parent, arguments(parent.url, task, most_s=most_s), on_data=waveform.add, on_time=on_time)
    duration_s = waveform.samples / _RATE
    if duration_s > most_s - _SLACK_S / 2:
        raise ContentRejected("corrupt", "This recording does not end where it says.", log=f"{duration_s:.0f} s")
    if not waveform.samples or (code != 0 and task.duration_s is None):
        raise ContentRejected("corrupt", "This recording is damaged and cannot be played.", log=f"ffmpeg: {code}")
    if task.duration_s is not None and duration_s < _ENOUGH * task.duration_s:
        raise ContentRejected(
            "corrupt",
            "Most of this recording is missing or damaged.",
            log=f"{duration_s:.2f} of {task.duration_s:.2f} s decoded, ffmpeg: {code}",
        )
    for variant in task.variants:
        parent.emit_file({"name": variant.name}, f"{variant.name}.m4a")
    return {"duration_s": duration_s, "waveform": list(waveform.bars(task.bars))}


def longest_s(duration_s: float | None, *, size_bytes: int) -> float:
    """How much is decoded at most: what the container claims, else what so many bytes can hold, and a minute.

    Without it 100 kB of FLAC are a day of silence.
    """
    claimed = size_bytes * 8 / _FEWEST_BITS if duration_s is None else duration_s
    return min(MAX_DURATION_S + _SLACK_S, claimed + _SLACK_S)


def arguments(url: str, task: _Task, *, most_s: float) -> list[str]:
    """FFmpeg's arguments: the sound is decoded once, mixed down once, and split."""
    outputs: list[str] = []
    for number, variant in enumerate(task.variants):
        outputs += ["-map", f"[v{number}]", "-c:a", "aac", "-b:a", str(variant.bit_rate), *output_arguments()]
        outputs += [f"{variant.name}.m4a"]
    shape = ["-map", "[shape]", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]
    reading = input_arguments(url, demuxer=task.demuxer, most_s=most_s)
    return [*global_arguments(), *reading, "-filter_complex", _graph(task), *outputs, *shape]


def _graph(task: _Task) -> str:
    """Timestamps are counted anew (``asetpts``), so that a gap of hours in them makes no hours of silence."""
    plain = [_is_mixed_down(variant) for variant in task.variants]
    special = [number for number, is_plain in enumerate(plain) if not is_plain]
    mixed = [number for number, is_plain in enumerate(plain) if is_plain]
    branches = ["mixed", *(f"s{number}" for number in special)]
    chains = [f"[0:{task.stream}]asetpts=N/SR/TB{_split(branches)}"]
    chains.append(f"[mixed]{_form(_RATE, 1)}{_split(['whole', *(f'v{number}' for number in mixed)])}")
    chains.append(f"[whole]asetnsamples={_SAMPLES_AT_ONCE}:pad=0[shape]")
    for number in special:
        variant = task.variants[number]
        chains.append(f"[s{number}]{_form(variant.sample_rate, variant.channels)}[v{number}]")
    return ";".join(chains)


def _is_mixed_down(variant: AudioVariant) -> bool:
    return (variant.sample_rate, variant.channels) == (_RATE, 1)


def _form(sample_rate: int, channels: int) -> str:
    """Channels are averaged: without ``rematrix_maxval`` what two have in common would be 3 dB louder, and clip."""
    layout = {1: "mono", 2: "stereo"}[channels]
    return f"aresample={sample_rate}:out_chlayout={layout}:out_sample_fmt=fltp:rematrix_maxval=1"


def _split(names: Sequence[str]) -> str:
    labels = "".join(f"[{name}]" for name in names)
    return f",asplit={len(names)}{labels}" if len(names) > 1 else labels


def _task_of(params: Mapping[str, object]) -> _Task:
    """The task as it came over the wire, variants restored."""
    variants = params["variants"]
    assert isinstance(variants, list)
    return _Task(**{**params, "variants": tuple(AudioVariant(**variant) for variant in variants)})  # type: ignore[arg-type]  # our own parent wrote it
