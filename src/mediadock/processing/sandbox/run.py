"""Run one job in a sandboxed child, serve it its source, and say what became of it."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.limits import MIB, Limits
from mediadock.processing.sandbox.bridge import Bridge
from mediadock.processing.sandbox.channel import Channel, ChannelClosed, Frame
from mediadock.processing.sandbox.folder import PrivateFolder, private_folder
from mediadock.processing.sandbox.watchdog import Watch, Watchdog
from mediadock.processing.sandbox.zygote import Child, Job, Zygote
from mediadock.processing.source import BLOCK_BYTES, MemorySource, Source

log = logging.getLogger(__name__)

_MAX_READ_BYTES = 16 * 1024 * 1024
_LAST_WORDS_S = 5.0
_CODE = re.compile(r"[a-z][a-z_]{1,40}")
_SENTENCES = {
    "timeout": "Processing took too long and was stopped.",
    "out_of_memory": "Processing this file needs more memory than is allowed.",
    "no_space": "There is no room for processing just now.",
    "decoder_crashed": "Processing broke while reading this file.",
}

_zygote = Zygote()
_watchdog = Watchdog()


@dataclass(frozen=True)
class Report:
    """What a job returned, and what it cost: the child's own account of its peak, taken when it was done."""

    result: Mapping[str, object]
    peak_rss_bytes: int
    wall_s: float


@dataclass(frozen=True)
class _End:
    """How a child left, by the zygote's word; ``exit_code`` is negative for a signal, None when unknown."""

    exit_code: int | None
    peak_rss_bytes: int


@dataclass(frozen=True)
class _Listeners:
    on_output: Callable[[Frame], None]
    on_file: Callable[[Frame, BinaryIO], None]
    on_progress: Callable[[int], None]
    folder: PrivateFolder | None = None


def run_job(
    job: Job,
    source: Source,
    *,
    limits: Limits,
    on_output: Callable[[Frame], None],
    on_file: Callable[[Frame, BinaryIO], None] = lambda _frame, _file: None,
    on_progress: Callable[[int], None] = lambda _percent: None,
) -> Report:
    """Run ``job`` on ``source`` in a child of its own and return its report.

    ``on_output`` gets each output as it is handed over, ``on_file`` each that is a file, open for reading, and
    ``on_progress`` percents. ContentRejected when the job says that the bytes are bad; ProcessingFailed ``timeout``,
    ``out_of_memory``, ``no_space`` or ``decoder_crashed`` when the child was stopped or broke. What ``source`` or
    the listeners raise goes through. No process and no file is left behind in any case.
    """
    listeners = _Listeners(on_output, on_file, on_progress)
    if job.program is None:
        child = _zygote.spawn(job, limits=limits, size_bytes=source.size_bytes)
        with _ending(child):
            return _watched(child, job, source, limits, listeners)
    with private_folder() as folder:
        bridge = Bridge(source)
        child = _zygote.spawn(
            job, limits=limits, size_bytes=source.size_bytes, path=bridge.path, folder=folder.descriptor
        )
        with _ending(child), bridge.serving(child.listener, on_error=child.kill):
            try:
                return _watched(child, job, source, limits, replace(listeners, folder=folder))
            finally:
                child.kill()
                _end_of(child)  # nobody writes into the folder any more
                if bridge.error is not None:  # whatever the child made of it, its source broke
                    raise bridge.error


@contextlib.contextmanager
def _ending(child: Child) -> Iterator[None]:
    try:
        yield
    finally:
        child.kill()
        child.channel.close()
        child.status.close()


def _watched(child: Child, job: Job, source: Source, limits: Limits, listeners: _Listeners) -> Report:
    started = time.monotonic()
    with _watchdog.watching(child, limits) as watch:
        try:
            last = _serve(child.channel, source, listeners)
        except ChannelClosed as silence:
            child.kill()
            raise _broken(watch, limits, _end_of(child), str(silence)) from None
        report = Report(
            result=_outcome(last), peak_rss_bytes=last.number("peak_rss_bytes"), wall_s=time.monotonic() - started
        )
        log.debug("%s: %.3f s, peak %d MiB", job.entry, report.wall_s, report.peak_rss_bytes // MIB)
        return report


def warm() -> None:
    """Start the zygote now, so that the first job does not wait for it."""
    _zygote.start()


def active_protections() -> list[str]:
    """What confines a child on this machine, asked of a child."""
    job = Job(entry="mediadock.processing.sandbox.child:describe", params={})
    report = run_job(job, MemorySource(b""), limits=Limits(), on_output=lambda _: None)
    protections = report.result.get("protections")
    return [str(name) for name in protections] if isinstance(protections, list) else []


def zygote_pid() -> int | None:
    """The pid of this process's zygote, if it runs."""
    return _zygote.pid


def stop() -> None:
    """End the zygote and every child; the next job starts a new one."""
    _zygote.stop()


def _serve(channel: Channel, source: Source, listeners: _Listeners) -> Frame:
    """Answer the child's wishes until it says how it ended."""
    while True:
        frame = channel.receive()
        if frame.op == "read":
            channel.send({}, source.read(frame.number("offset"), min(frame.number("length"), _MAX_READ_BYTES)))
        elif frame.op == "stream":
            for chunk in source.chunks():
                for at in range(0, len(chunk), BLOCK_BYTES):
                    channel.send({}, memoryview(chunk)[at : at + BLOCK_BYTES])
            channel.send({})
        elif frame.op == "progress":
            listeners.on_progress(min(frame.number("percent"), 100))
        elif frame.op == "output":
            _take_output(frame, listeners)
        else:
            return frame


def _take_output(frame: Frame, listeners: _Listeners) -> None:
    name = frame.text("file")
    if listeners.folder is None or not name:
        listeners.on_output(frame)
        return
    with listeners.folder.open_output(name) as file:
        listeners.on_file(frame, file)


def _outcome(last: Frame) -> Mapping[str, object]:
    """The result, or the child's own verdict as an error. Words of a child are cut and cleaned: it may be hijacked."""
    result = last.head.get("result")
    if last.op == "done" and isinstance(result, dict):
        return result
    code, operator = last.text("code"), last.text("log")
    detail = "".join(character for character in last.text("detail", longest=300) if character.isprintable())
    if last.op == "rejected" and _CODE.fullmatch(code):
        raise ContentRejected(code, detail or "This file cannot be used.", log=operator)
    if code not in _SENTENCES:
        code = "decoder_crashed"
    raise ProcessingFailed(code, _SENTENCES[code], log=operator)


def _broken(watch: Watch, limits: Limits, end: _End, silence: str) -> ProcessingFailed:
    if end.exit_code == -signal.SIGXCPU:
        seen = "timeout"
    elif end.peak_rss_bytes > limits.memory_bytes:  # faster than the watchdog looked, up to the kernel's own limit
        seen = "out_of_memory"
    else:
        seen = "decoder_crashed"
    code = watch.verdict or seen
    return ProcessingFailed(code, _SENTENCES[code], log=f"{silence}; exit {end.exit_code}, peak {end.peak_rss_bytes} B")


def _end_of(child: Child) -> _End:
    """The zygote's last word about the child, waited for a few seconds."""
    child.status.settimeout(_LAST_WORDS_S)
    for _ in range(2):  # an unread ``kill`` makes the line report a reset before it gives what was said
        with contextlib.suppress(OSError):
            if words := child.status.recv(256):
                message = json.loads(words)
                return _End(exit_code=message["exit"], peak_rss_bytes=message["peak_rss_bytes"])
    return _End(exit_code=None, peak_rss_bytes=0)


def _after_fork_in_child() -> None:
    """A forked worker must not share the zygote, the watchdog's thread or a held lock with its parent."""
    global _zygote, _watchdog
    _zygote.abandon()
    _zygote, _watchdog = Zygote(), Watchdog()


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(stop)
