"""Files that are begun one by one, each with an upload session of its own: into an album, for a post.

What an interrupted call has begun is continued by the next one that says the same. Fingerprints are kept until all
files of a call have arrived, so one that arrived before the interruption is known again and left alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mediadock.client import server
from mediadock.client.errors import FileProblem, Refused, ServerBusy, Stopped
from mediadock.client.fingerprints import FingerprintStore, fingerprint
from mediadock.client.local_file import LocalFile
from mediadock.client.progress import OnProgress
from mediadock.client.reading import Fields
from mediadock.client.resume import is_same_file
from mediadock.client.send import Failure, Started, raise_failures, send_started
from mediadock.client.sessions import UploadSession
from mediadock.client.transfer import Route

BEGUN_AT_ONCE = 50  # well below what the server lets one user have unfinished, and soon enough sent for their URLs
LOOK_BACK_MEDIA = 1000
_FAILED = frozenset({"failed", "FAILED", "REJECTED", "ABORTED", "EXPIRED"})

Begin = Callable[[int, LocalFile], tuple[int, UploadSession | None]]
"""Asks for the upload session of the file at that place; its asset, and None when its bytes are there already."""


@dataclass(frozen=True)
class Arrived:
    """Files that have arrived and are processed from now on; ``asset_ids`` follow the order of the paths."""

    asset_ids: tuple[int, ...]
    resumed: bool = False


@dataclass(frozen=True)
class OneByOne:
    """How such files go: who keeps their fingerprints, how many connections, and who is told."""

    route: Route
    fingerprints: FingerprintStore
    parallel: int = 4
    on_progress: OnProgress | None = None

    def send(self, paths: Sequence[Path], begin: Begin, *, earlier: Iterator[Fields] | None = None) -> Arrived:
        """Send these files; what an interrupted call began is found in ``earlier``, media as the server lists them.

        Raises what ``begin`` raises, ``Stopped``, and ``UploadIncomplete`` when a file was refused or did not arrive.
        """
        files = [LocalFile.look(path) for path in paths]
        known = self._begun_before(files, earlier) if earlier is not None else {}
        asset_ids: dict[int, int] = {}
        failures: list[Failure] = []
        left = deque(enumerate(files))
        while left:
            if self.route.stop.is_set():
                raise Stopped
            started: list[Started] = []
            while left and len(started) < BEGUN_AT_ONCE:
                index, file = left[0]
                try:
                    started.append(known.get(index) or self._started(index, file, begin))
                except (Refused, FileProblem) as refusal:
                    if len(files) == 1:
                        raise
                    failures.append((file, refusal))
                except ServerBusy:
                    if not started:
                        raise
                    break  # perhaps no more may be unfinished: those that are begun go first, and make room
                left.popleft()
            asset_ids |= {one.index: one.asset_id for one in started}
            failures += send_started(self.route, started, parallel=self.parallel, on_progress=self.on_progress)
        raise_failures(failures)
        return Arrived(tuple(asset_ids[index] for index in range(len(files))), resumed=bool(known))

    def forget(self, arrived: Arrived) -> None:
        """The call that they belong to is through."""
        for asset_id in arrived.asset_ids:
            self.fingerprints.forget(asset_id)

    def _started(self, index: int, file: LocalFile, begin: Begin) -> Started:
        value = fingerprint(file)  # first: a file that is gone by now is not begun
        asset_id, session = begin(index, file)
        self.fingerprints.keep(asset_id, value)
        return Started(index, file, asset_id, session)

    def _begun_before(self, files: Sequence[LocalFile], listed: Iterator[Fields]) -> dict[int, Started]:
        """By the place of the file; each medium of the list is given to one file at most."""
        wanted = {(file.path.name, file.size_bytes) for file in files}
        waiting = {item.asset_id for item in server.unfinished(self.route.account)}
        media = [
            (item.integer("mediaId"), (item.text("fileName"), item.integer("fileSize")))
            for item in islice(listed, LOOK_BACK_MEDIA)
            if item.text("status") not in _FAILED
        ]
        known: dict[int, Started] = {}
        for asset_id, named in media:
            if named not in wanted:
                continue
            for index, file in enumerate(files):
                if index not in known and (file.path.name, file.size_bytes) == named:
                    session = self.route.doors.begun(asset_id) if asset_id in waiting else None
                    if self._is_it(asset_id, file, session):
                        known[index] = Started(index, file, asset_id, session)
                        break
        return known

    def _is_it(self, asset_id: int, file: LocalFile, session: UploadSession | None) -> bool:
        """What has arrived must be known by its fingerprint: there is nothing left to compare it with."""
        if session is None:
            return self.fingerprints.find(asset_id) == fingerprint(file)
        return is_same_file(self.fingerprints, asset_id, file, session)
