"""The inside of the sandbox: run one job, talk to the parent by frames.

A job is a function ``(parent: Parent, params) -> dict`` named ``module:function``. It reads its source
through the parent, hands over each output as it is made, and returns facts as a dictionary of JSON.
"""

from __future__ import annotations

import importlib
import os
import resource
import socket
import threading
import traceback
from collections.abc import Mapping

from mediadock.core.errors import ContentRejected, MediadockError, ProcessingFailed
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox.channel import Channel
from mediadock.processing.sandbox.confine import confine
from mediadock.processing.sandbox.needs import Needs

_LOG_CHARACTERS = 8_000
_FOLDER = 4  # see forkserver


class Parent:
    """The child's only door: the source's bytes come in, outputs go out."""

    def __init__(
        self, channel: Channel, *, size_bytes: int, protections: list[str], url: str = "", program: int = -1
    ) -> None:
        self._channel = channel
        self._reading = threading.Lock()
        self.size_bytes = size_bytes
        self.protections = protections
        self.url = url
        """Where a program reads the source; the folder that it may write into is the working directory."""
        self.program = program
        """The open file of the one program that may be started."""

    def read(self, offset: int, length: int) -> bytes:
        """A range of the source; safe from several threads."""
        with self._reading:
            self._channel.send({"op": "read", "offset": offset, "length": length})
            return self._channel.receive().body

    def read_all(self) -> bytes:
        """The whole source in one pass; the caller has decided that it fits."""
        blocks = []
        with self._reading:
            self._channel.send({"op": "stream"})
            while block := self._channel.receive().body:
                blocks.append(block)
        return b"".join(blocks)

    def emit(self, facts: Mapping[str, object], body: bytes) -> None:
        """Hand over one output; safe from several threads."""
        self._channel.send({"op": "output", **facts}, body)

    def emit_file(self, facts: Mapping[str, object], file_name: str) -> None:
        """Hand over a file of the folder, whole; it stays there until the parent has stored it."""
        self._channel.send({"op": "output", "file": file_name, **facts})

    def progress(self, percent: float) -> None:
        """Say how far the job is; safe from several threads."""
        self._channel.send({"op": "progress", "percent": int(min(max(percent, 0), 100))})


def run(
    sock: socket.socket, request: Mapping[str, object], *, zygote: int, protections: list[str], port: int = 0
) -> None:
    """Confine this process, do the job, report the outcome. ``port`` is where a program finds its source."""
    channel = Channel(sock)
    try:
        limits = Limits(**request["limits"])  # type: ignore[arg-type]  # our own parent wrote it
        module, _, function = str(request["entry"]).partition(":")
        job = getattr(importlib.import_module(module), function)
        needs = _needs(request, port)
        protections = confine(limits, parent=zygote, inherited=protections, needs=needs)
        parent = Parent(
            channel,
            size_bytes=int(str(request["size_bytes"])),
            protections=protections,
            url=f"http://127.0.0.1:{port}{request.get('path')}",
            program=needs.program if needs else -1,
        )
        result = job(parent, request["params"])
    except ContentRejected as refusal:
        outcome: dict[str, object] = {
            "op": "rejected",
            "code": refusal.code,
            "detail": refusal.detail,
            "log": refusal.log,
        }
    except ProcessingFailed as failure:
        outcome = _told("failed", failure)
    except MemoryError:
        outcome = {"op": "failed", "code": "out_of_memory", "detail": "", "log": "MemoryError"}
    except BaseException:  # noqa: BLE001 - whatever broke, the parent must hear of it
        outcome = {"op": "failed", "code": "decoder_crashed", "detail": "", "log": traceback.format_exc()}
    else:
        outcome = {"op": "done", "result": result, "peak_rss_bytes": _peak_rss_bytes()}
    if isinstance(log := outcome.get("log"), str):
        outcome["log"] = log[-_LOG_CHARACTERS:]
    channel.send(outcome)
    os._exit(0)


def _needs(request: Mapping[str, object], port: int) -> Needs | None:
    """Open the program while it can still be reached, and move into the folder."""
    program = request.get("program")
    if not isinstance(program, str):
        return None
    os.fchdir(_FOLDER)
    return Needs(program=os.open(program, os.O_RDONLY | os.O_CLOEXEC), port=port, folder=_FOLDER)


def _told(op: str, error: MediadockError) -> dict[str, object]:
    return {"op": op, "code": error.code, "detail": error.detail, "log": error.log}


def _peak_rss_bytes() -> int:
    """The largest of this process and the programs that it ran, by the kernel's account."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usage.ru_maxrss for usage in usages) * 1024


def describe(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:  # noqa: ARG001 - the form of a job
    """A job that only says what confines it."""
    return {"protections": parent.protections}
