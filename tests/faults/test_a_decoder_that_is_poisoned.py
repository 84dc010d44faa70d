"""Programs that misbehave in FFmpeg's place, each in a worker of its own and all at the same time: most only wait."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import redis
from celery import Celery

from faults.films import assert_all_published_once, send_film, send_sound, slow_film, slow_sound
from faults.pictures import quick_jpeg
from hostile.poisoned import folders_in, running, stub
from media import programs
from media.programs import Program
from mediadock.local.family import descendants
from stack.breakable import EVERY_QUEUE, BreakableServer
from stack.client import Api
from stack.sending import SETTLED, Upload, send
from stack.waiting import eventually

PATIENCE_S = 120.0
SECONDS = 2.0
IN_TIME = MappingProxyType({"PROCESS_TIME_LIMIT": "12"})
"""For what ends by this alone."""

POISONED: dict[str, tuple[Callable[[], Program], str]] = {
    "crashes": (programs.crashes, "decoder_crashed"),
    "hangs": (lambda: programs.hangs(signal.SIGTERM, signal.SIGINT), "timeout"),
    "takes 4 GB": (programs.allocates, "out_of_memory"),
    "fork bomb": (programs.fork_bomb, "timeout"),
    "thread bomb": (programs.thread_bomb, "timeout"),
    "says it for ever": (lambda: programs.floods_descriptor(3, b"out_time_us=1\n" * 100), "timeout"),
    "makes nothing": (programs.ends, "corrupt"),
}


@dataclass(frozen=True)
class Case:
    """One such program in the place of the FFmpeg of one worker, which has a queue, a folder and people of its own.

    The queue is read by nobody else, and who sends something hints of it there: nothing but a hint says who does it.
    """

    server: BreakableServer
    folder: Path
    number: int
    program: Path
    code: str
    sender: Api
    receiver: Api

    @property
    def worker(self) -> str:
        return f"poisoned{self.number}"

    def start(self) -> None:
        """The worker; it is up some seconds later."""
        options = ("-n", f"{self.worker}@localhost", "-Q", self.worker)
        environment = {"IMAGEIO_FFMPEG_EXE": str(self.program), "TMPDIR": str(self.folder)}
        settings = IN_TIME if self.code == "timeout" else {}
        self.server.start(self.worker, like="worker", options=options, environment=environment, **settings)

    def pids(self) -> set[int]:
        """The worker, its pool and their zygotes, once nothing else of it runs."""
        pid = self.server.supervisor.pid(self.worker)
        eventually(lambda: len(descendants(pid)) == 4, within_s=PATIENCE_S)
        return {pid, *(process.pid for process in descendants(pid))}

    def hint_of(self, upload: Upload) -> Upload:
        """Tell this worker of it."""
        with Celery(broker=self.server.embedded.stack.redis.url) as broker:
            broker.send_task("mediadock.process", args=[upload.asset_id], queue=self.worker)
        return upload

    def send_picture(self, sender: Api) -> Upload:
        return self.hint_of(send(sender, self.receiver, quick_jpeg(), name="x.jpg", content_type="image/jpeg"))

    def run(self, family: set[int]) -> Ended:
        """Two files are sent to the program, and pictures beside them until both have ended; then all is as before."""
        uploads = [
            self.hint_of(send_sound(self.sender, self.receiver)),
            self.hint_of(send_film(self.sender, self.receiver, seconds=SECONDS)),
        ]
        neighbour = self.server.api_as_somebody()
        deadline = time.monotonic() + PATIENCE_S
        while any(upload.asset()["state"] not in SETTLED for upload in uploads):
            assert self.send_picture(neighbour).settled(within_s=PATIENCE_S)["state"] == "ready"
            assert time.monotonic() < deadline
        ended = Ended(self, uploads, [upload.asset() for upload in uploads])
        assert self.pids() == family
        assert running(self.program) == []
        assert folders_in(self.folder) == []
        return ended


@dataclass(frozen=True)
class Ended:
    """What was sent to the program, and how it was when both files were at an end."""

    case: Case
    uploads: list[Upload]
    assets: list[dict[str, Any]]


@pytest.fixture(scope="module")
def poisoned(server: BreakableServer) -> Mapping[str, Future[Ended]]:
    """What came of each of ``POISONED``; they went on at the same time."""
    with tempfile.TemporaryDirectory(prefix="mediadock-faults-") as name:
        cases = {poison: case_of(server, Path(name), poison) for poison in POISONED}
        for case in cases.values():
            case.start()
        slow_film(SECONDS), slow_sound()  # once, not in every thread
        families = {poison: case.pids() for poison, case in cases.items()}
        firsts = [case.send_picture(case.sender) for case in cases.values()]
        assert [first.settled()["state"] for first in firsts] == ["ready"] * len(cases)
        with ThreadPoolExecutor(len(cases)) as hands:
            ran = {poison: hands.submit(case.run, families[poison]) for poison, case in cases.items()}
        server.stop(*(case.worker for case in cases.values()))
    with redis.Redis.from_url(server.embedded.stack.redis.url) as broker:
        broker.delete(*EVERY_QUEUE.split(","))  # the relay's hints, which nobody read
    return ran


def case_of(server: BreakableServer, parent: Path, poison: str) -> Case:
    made, code = POISONED[poison]
    number = [*POISONED].index(poison)
    folder = parent / str(number)
    folder.mkdir()
    sender, receiver = server.api_as_somebody(), server.api_as_somebody()
    return Case(server, folder, number, stub(folder, made()), code, sender, receiver)


@pytest.mark.slow
@pytest.mark.parametrize("poison", POISONED)
def test_a_poisoned_decoder_fails_its_own_file_and_no_other(poisoned: Mapping[str, Future[Ended]], poison: str) -> None:
    _, code = POISONED[poison]
    ends = poisoned[poison].result().assets
    assert [end["error"]["code"] for end in ends] == [code, code], ends
    expected = "rejected" if code == "corrupt" else "failed"
    assert [(end["state"], end["attempt"], end["variants"]) for end in ends] == [(expected, 1, {})] * 2
    assert all(end["error"]["retryable"] is (expected == "failed") for end in ends)
    if code == "timeout":
        own_limit = "Processing took too long and was stopped."
        assert [end["error"]["reason"] for end in ends] == [own_limit] * 2, "Celery's limit is half a minute later"


@pytest.mark.slow
def test_what_a_poisoned_decoder_failed_is_made_by_a_healthy_one(
    server: BreakableServer, poisoned: Mapping[str, Future[Ended]]
) -> None:
    crashed = poisoned["crashes"].result()
    sender, receiver = crashed.case.sender, crashed.case.receiver
    server.start_worker("healthy")
    for upload in crashed.uploads:
        assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202
        assert upload.settled(within_s=PATIENCE_S)["state"] == "ready"
    assert_all_published_once(server, crashed.uploads, sender, receiver)
