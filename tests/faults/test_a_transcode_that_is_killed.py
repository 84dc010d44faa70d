"""Transcodes are killed at every level, frozen and starved of room: each ends once, by name, and alone."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import psutil
import pytest

from faults.films import assert_all_published_once, send_film, send_sound
from faults.oracle import assert_no_gaps
from hostile.poisoned import folders_in, small_disk, stub
from media import programs
from mediadock.local.family import descendants, is_gone
from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import Upload, told
from stack.waiting import eventually

PATIENCE_S = 120.0
IN_FLIGHT = 5
KILLS = 50


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder for the workers, which must be empty of private folders in the end."""
    with tempfile.TemporaryDirectory(prefix="mediadock-faults-") as name:
        yield Path(name)


def pids_of(server: BreakableServer, worker: str) -> set[int]:
    """The worker, its pool and their zygotes, once nothing else of it runs."""
    pid = server.supervisor.pid(worker)
    eventually(lambda: len(descendants(pid)) == 4, within_s=30.0)
    return {pid, *(process.pid for process in descendants(pid))}


@pytest.mark.slow
def test_a_disk_without_room_sends_the_film_back_to_the_queue_until_there_is_some(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    with small_disk(8 * 1024 * 1024) as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(7 * 1024 * 1024 + 900 * 1024))
        server.start_worker("cramped", environment={"TMPDIR": str(disk)})
        upload = send_film(sender, receiver)
        upload.wait(lambda asset: asset["stage"] == "thumbnail_ready", within_s=PATIENCE_S)
        upload.wait(lambda asset: asset["processing_status"] == "queued", within_s=PATIENCE_S)
        waiting = upload.asset()
        assert (waiting["state"], waiting["attempt"], waiting["error"]) == ("uploaded", 0, None)
        assert folders_in(disk) == []

        filler.unlink()
        done = upload.settled(within_s=PATIENCE_S)
        assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
        assert_all_published_once(server, [upload], sender, receiver)
        eventually(lambda: folders_in(disk) == [])
        server.stop("cramped")


@pytest.mark.slow
def test_a_worker_frozen_in_a_film_that_failed_was_retried_and_done_publishes_nothing(
    server: BreakableServer, sender: Api, receiver: Api, folder: Path
) -> None:
    server.start_worker("frozen", environment={"TMPDIR": str(folder)}, LEASE="2")
    upload = send_film(sender, receiver, seconds=20.0)
    upload.wait(lambda asset: asset["stage"] == "thumbnail_ready", within_s=PATIENCE_S)
    server.freeze("frozen")

    crashes = {"IMAGEIO_FFMPEG_EXE": str(stub(folder, programs.crashes()))}
    server.start_worker("poisoned", environment=crashes, LEASE="2")
    failed = upload.settled(within_s=PATIENCE_S)
    assert (failed["state"], failed["error"]["code"], failed["attempt"]) == ("failed", "decoder_crashed", 2)
    server.stop("poisoned")

    server.start_worker("second", LEASE="2")
    assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202
    upload.wait(lambda asset: asset["stage"] == "thumbnail_ready", within_s=PATIENCE_S)
    server.thaw("frozen")  # its attempt has the number of the one that runs now, and another lease
    done = upload.settled(within_s=PATIENCE_S)
    assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
    before = told(receiver)

    pids_of(server, "frozen")
    assert_all_published_once(server, [upload], sender, receiver)
    assert upload.asset()["updated_at"] == done["updated_at"]
    assert told(receiver) == before
    assert_no_gaps(sender, receiver)
    eventually(lambda: folders_in(folder) == [])
    after = send_film(sender, receiver, seconds=2.0)
    assert after.settled(within_s=PATIENCE_S)["state"] == "ready"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_stuck_or_done_twice_when_everything_is_killed_at_random(
    server: BreakableServer, sender: Api, receiver: Api, folder: Path
) -> None:
    """FFmpeg, its child, the zygote, the pool process, the whole group: fifty kills, the seed says which and when.

    ``MEDIADOCK_KILL_SEED`` chooses another run.
    """
    chance = random.Random(int(os.environ.get("MEDIADOCK_KILL_SEED", "1")))
    killer = Killer(server, folder, chance)
    uploads: list[Upload] = []
    while killer.kills < KILLS:
        under_way = tend(sender, uploads)
        for _ in range(IN_FLIGHT - under_way):
            make = send_film if chance.random() < 0.6 else send_sound
            uploads.append(make(sender, receiver))
        time.sleep(chance.uniform(0.0, 1.2))
        killer.kill_something()
    eventually(lambda: tend(sender, uploads) == 0, within_s=PATIENCE_S, every_s=0.5)

    print(f"measured: {dict(killer.killed)} in {len(uploads)} uploads")
    assert sum(killer.killed.values()) == KILLS
    assert_all_published_once(server, uploads, sender, receiver)
    assert_no_gaps(sender, receiver)
    killer.assert_no_orphans()
    eventually(lambda: folders_in(folder) == [])


def tend(sender: Api, uploads: list[Upload]) -> int:
    """Retry what failed, as a person would; how many are not ready."""
    under_way = 0
    for upload in uploads:
        asset = upload.asset()
        if asset["state"] == "failed":
            assert asset["error"]["code"] in {"decoder_crashed", "worker_died"}, asset["error"]
            assert asset["attempt"] <= 3
            assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202
        assert asset["state"] in {"ready", "failed", "uploaded", "processing"}, asset
        under_way += asset["state"] != "ready"
    return under_way


class Killer:
    """Two workers, one of which is always there, and a hand that kills what they are made of."""

    LEVELS = MappingProxyType({"ffmpeg": 3, "child": 3, "zygote": 2, "pool": 2, "group": 1})
    """With how often each is meant; a whole group takes seconds to replace."""

    def __init__(self, server: BreakableServer, folder: Path, chance: random.Random) -> None:
        self._server = server
        self._environment = {"TMPDIR": str(folder)}
        self._chance = chance
        self._seen: dict[int, psutil.Process] = {}
        self._started = 0
        self._workers = [self._start(), self._start()]
        self.killed: Counter[str] = Counter()

    @property
    def kills(self) -> int:
        return sum(self.killed.values())

    def kill_something(self) -> None:
        """One of what runs just now below a worker that is up; nothing when there is none."""
        self._revive()
        up = [worker for worker in self._workers if self._is_up(worker)]
        if not up:
            return
        worker = self._chance.choice(up)
        found = self._levels(worker)
        there = [level for level in self.LEVELS if found[level]]
        if not there:
            return
        level = self._chance.choices(there, [self.LEVELS[level] for level in there])[0]
        if level == "group":
            self._server.kill(worker)
            self._workers.remove(worker)
            self._workers.append(self._start())
        else:
            with suppress(psutil.NoSuchProcess):
                self._chance.choice(found[level]).kill()
        self.killed[level] += 1

    def assert_no_orphans(self) -> None:
        """Whatever was ever seen below a worker has ended, but for what the present workers are made of."""
        self._remember()
        present = set(self._workers_family())
        left = [process for process in self._seen.values() if process not in present]
        eventually(lambda: all(is_gone(process) for process in left), within_s=20.0)

    def _start(self) -> str:
        self._started += 1
        name = f"victim{self._started}"
        self._server.start_worker(name, environment=self._environment, LEASE="3")
        return name

    def _replace(self, worker: str) -> None:
        self._server.stop(worker)
        self._workers.remove(worker)
        self._workers.append(self._start())

    def _revive(self) -> None:
        """A worker that gave up is started again, as whoever supervises it would."""
        for worker in list(self._workers):
            with suppress(psutil.NoSuchProcess):
                if not is_gone(psutil.Process(self._server.supervisor.pid(worker))):
                    continue
            self._replace(worker)

    def _is_up(self, worker: str) -> bool:
        """Whether its pool is there: Celery gives up at once when a process of it dies before that."""
        family = descendants(self._server.supervisor.pid(worker))
        return sum(time.time() - process.create_time() > 2.0 for process in family) >= 4

    def _levels(self, worker: str) -> dict[str, list[psutil.Process]]:
        self._remember()
        with suppress(psutil.NoSuchProcess):
            pool = psutil.Process(self._server.supervisor.pid(worker)).children()
            zygotes = [zygote for process in pool for zygote in _children(process)]
            children = [child for zygote in zygotes for child in _children(zygote)]
            decoders = [program for child in children for program in _children(child)]
            group = [psutil.Process(self._server.supervisor.pid(worker))]
            return {"group": group, "pool": pool, "zygote": zygotes, "child": children, "ffmpeg": decoders}
        return {level: [] for level in self.LEVELS}

    def _workers_family(self) -> list[psutil.Process]:
        return [process for worker in self._workers for process in descendants(self._server.supervisor.pid(worker))]

    def _remember(self) -> None:
        self._seen |= {process.pid: process for process in self._workers_family()}


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        found: list[psutil.Process] = process.children()
        return found
    return []
