"""Run FFmpeg from inside the sandbox: one process, its pictures or samples on a pipe, its progress on another."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import resource
import selectors
import signal
from collections.abc import Callable, Sequence
from typing import NoReturn

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.sandbox import linux
from mediadock.processing.sandbox.child import Parent
from mediadock.processing.sandbox.seccomp import deny_processes

_PIPE_BYTES = 1024 * 1024
_LOG_BYTES = 8_000
_STDOUT, _STDERR, _PROGRESS = 1, 2, 3
_ABOVE = 10
_TIME = re.compile(rb"out_time_us=(\d{1,15})")
_LINE_BYTES = 256
_LAST_CPU_S = 2
_NO_SPACE, _TOO_LARGE = 256 - errno.ENOSPC, 256 - errno.EFBIG  # ffmpeg ends with the error's number, negative


def run_ffmpeg(
    parent: Parent,
    arguments: Sequence[str],
    *,
    on_data: Callable[[bytes], None] = lambda _: None,
    on_time: Callable[[float], None] = lambda _: None,
    cpu_s: int | None = None,
) -> int:
    """Run it to its end and return its exit code: 0, or what it could not make sense of.

    ``on_data`` gets what it writes to ``pipe:1``, ``on_time`` the seconds of output so far. ``cpu_s`` bounds this
    run's processor time. ProcessingFailed when it was killed or ran out of room; ContentRejected when its output
    grew beyond the limit. It dies with this process, and its children with it.
    """
    pipes = {number: os.pipe() for number in (_STDOUT, _STDERR, _PROGRESS)}
    pid = os.fork()
    if pid == 0:
        _become_ffmpeg(parent.program, arguments, {number: ends[1] for number, ends in pipes.items()}, cpu_s)
    for _, writing in pipes.values():
        os.close(writing)
    log = bytearray()

    def on_log(text: bytes) -> None:
        log.extend(text)
        del log[:-_LOG_BYTES]

    readers = {_STDOUT: on_data, _STDERR: on_log, _PROGRESS: _times(on_time)}
    _read_all({pipes[number][0]: reader for number, reader in readers.items()})
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    _judge(code, log.decode(errors="replace"))
    return code


def _become_ffmpeg(program: int, arguments: Sequence[str], ends: dict[int, int], cpu_s: int | None) -> NoReturn:
    try:
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        high = {number: fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for number, end in ends.items()}
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        program = fcntl.fcntl(program, fcntl.F_DUPFD_CLOEXEC, _ABOVE)
        for number, end in high.items():
            os.dup2(end, number)
        if cpu_s is not None:
            _limit_cpu(cpu_s)
        with contextlib.suppress(OSError):  # where the kernel has no filters, the child has none either
            deny_processes()
        os.execve(program, ["ffmpeg", *arguments], {"LANG": "C"})  # noqa: S606 - the program is a descriptor
    except OSError as error:
        os.write(_STDERR, repr(error).encode())
    finally:
        os._exit(127)


def _limit_cpu(cpu_s: int) -> None:
    """At the first bound the kernel says why, at the second it kills."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    bounds = (cpu_s, cpu_s + _LAST_CPU_S)
    soft, last = bounds if hard == resource.RLIM_INFINITY else (min(bound, hard) for bound in bounds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, last))


def _read_all(readers: dict[int, Callable[[bytes], None]]) -> None:
    """Until the other side has closed every pipe."""
    with selectors.DefaultSelector() as selector:
        for descriptor, reader in readers.items():
            with contextlib.suppress(OSError):  # a bigger pipe means fewer wake-ups; a small one works
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            selector.register(descriptor, selectors.EVENT_READ, reader)
        while selector.get_map():
            for key, _ in selector.select():
                block = os.read(key.fd, _PIPE_BYTES)
                if block:
                    key.data(block)
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)


def _times(on_time: Callable[[float], None]) -> Callable[[bytes], None]:
    """A reader of ``-progress`` that reports the last ``out_time_us`` of what it is given; the rest is ignored."""
    rest = b""

    def read(block: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + block).split(b"\n")
        rest = rest[:_LINE_BYTES]
        times = [time for line in lines if (time := _TIME.fullmatch(line))]
        if times:
            on_time(int(times[-1][1]) / 1e6)

    return read


def _judge(code: int, log: str) -> None:
    if code == _NO_SPACE:
        raise ProcessingFailed("no_space", "There is no room for processing just now.", log=log)
    if code == _TOO_LARGE:
        raise ContentRejected("output_too_large", "What would be made of this file is too large.", log=log)
    if code == -signal.SIGXCPU:
        raise ProcessingFailed("timeout", "Processing took too long and was stopped.", log=log)
    if code < 0 or code == 127:
        raise ProcessingFailed("decoder_crashed", "Processing broke while reading this file.", log=f"{code}: {log}")
