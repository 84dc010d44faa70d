"""One upload from paths to a message whose files have all arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediadock.client import server
from mediadock.client.fingerprints import FingerprintStore, fingerprint
from mediadock.client.local_file import LocalFile
from mediadock.client.parts import preferred_part_size
from mediadock.client.progress import OnProgress
from mediadock.client.resume import Begun, find_begun
from mediadock.client.send import Started, raise_failures, send_started
from mediadock.client.transfer import Route
from mediadock.core.filetypes import Kind


@dataclass(frozen=True)
class Sending:
    """How an upload is to go. ``part_size_bytes`` None: chosen by the size of each file."""

    receiver_id: int
    text: str = ""
    part_size_bytes: int | None = None
    parallel: int = 4
    sha256: bool = False
    resume: bool = True


@dataclass(frozen=True)
class Sent:
    """A message whose files have arrived and are processed from now on; ``asset_ids`` follow the order of the paths."""

    message_id: int
    asset_ids: tuple[int, ...]
    resumed: bool


def upload_files(
    route: Route,
    fingerprints: FingerprintStore,
    paths: Sequence[Path],
    sending: Sending,
    *,
    on_progress: OnProgress | None,
) -> Sent:
    """Send these files in one message; an unfinished one that says the same is continued.

    Raises ``Stopped`` when ``route.stop`` was set, ``UploadIncomplete`` when a file did not arrive (the others did).
    """
    files = [LocalFile.look(path) for path in paths]
    begun = _begin(route, fingerprints, files, sending)
    places = zip(files, begun.asset_ids, begun.sessions, strict=True)
    started = [Started(index, *place) for index, place in enumerate(places)]
    failures = send_started(route, started, parallel=sending.parallel, on_progress=on_progress)
    failed = {file for file, _ in failures}
    for one in started:
        if one.file not in failed:
            fingerprints.forget(one.asset_id)
    raise_failures(failures)
    return Sent(begun.message_id, begun.asset_ids, begun.resumed)


def _begin(route: Route, fingerprints: FingerprintStore, files: Sequence[LocalFile], sending: Sending) -> Begun:
    if sending.resume:
        begun = find_begun(route.account, fingerprints, receiver_id=sending.receiver_id, text=sending.text, files=files)
        if begun is not None:
            return begun
    declared = [_declare(file, sending) for file in files]
    values = [fingerprint(file) for file in files]
    prepared = server.prepare(route.account, receiver_id=sending.receiver_id, text=sending.text, files=declared)
    for value, session in zip(values, prepared.sessions, strict=True):
        fingerprints.keep(session.asset_id, value)
    asset_ids = tuple(session.asset_id for session in prepared.sessions)
    return Begun(prepared.message_id, asset_ids, prepared.sessions, resumed=False)


def _declare(file: LocalFile, sending: Sending) -> server.DeclaredFile:
    return server.DeclaredFile(
        file_name=file.path.name,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        kind=file.file_type.kind if file.file_type else Kind.FILE,
        part_size_bytes=sending.part_size_bytes or preferred_part_size(file.size_bytes),
        sha256=file.sha256() if sending.sha256 else None,
    )
