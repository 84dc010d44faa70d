"""One upload from paths to a message whose files have all arrived."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediadock.client import server
from mediadock.client.direct import DirectTransfer
from mediadock.client.engine import run_transfers
from mediadock.client.errors import ClientError, Stopped, UploadIncomplete
from mediadock.client.fingerprints import FingerprintStore, fingerprint
from mediadock.client.local_file import LocalFile
from mediadock.client.multipart import MultipartTransfer
from mediadock.client.parts import preferred_part_size
from mediadock.client.progress import Meter, OnProgress
from mediadock.client.resume import Begun, find_begun
from mediadock.client.sessions import DirectSession
from mediadock.client.transfer import Route, Transfer
from mediadock.core.filetypes import Kind, find_declared_type


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
    transfers = _transfers(route, files, begun, on_progress)
    outcomes = run_transfers(
        list(transfers.values()), parallel=sending.parallel, connections=route.connections, stop=route.stop
    )
    failures: list[tuple[Path, ClientError]] = []
    for index, error in zip(transfers, outcomes, strict=True):
        if error is None:
            fingerprints.forget(begun.asset_ids[index])
        else:
            failures.append((files[index].path, error))
    if any(isinstance(error, Stopped) for _, error in failures):
        raise Stopped
    if failures:
        raise UploadIncomplete(failures)
    return Sent(begun.message_id, begun.asset_ids, begun.resumed)


def _begin(route: Route, fingerprints: FingerprintStore, files: Sequence[LocalFile], sending: Sending) -> Begun:
    if sending.resume:
        begun = find_begun(route.account, fingerprints, receiver_id=sending.receiver_id, text=sending.text, files=files)
        if begun is not None:
            return begun
    declared = [_declare(file, sending) for file in files]
    prepared = server.prepare(route.account, receiver_id=sending.receiver_id, text=sending.text, files=declared)
    for file, session in zip(files, prepared.sessions, strict=True):
        fingerprints.keep(session.asset_id, fingerprint(file))
    asset_ids = tuple(session.asset_id for session in prepared.sessions)
    return Begun(prepared.message_id, asset_ids, prepared.sessions, resumed=False)


def _declare(file: LocalFile, sending: Sending) -> server.DeclaredFile:
    file_type = find_declared_type("", file.path.name)
    return server.DeclaredFile(
        file_name=file.path.name,
        size_bytes=file.size_bytes,
        content_type=file_type.content_type if file_type else "application/octet-stream",
        kind=file_type.kind if file_type else Kind.FILE,
        part_size_bytes=sending.part_size_bytes or preferred_part_size(file.size_bytes),
        sha256=_sha256(file.path) if sending.sha256 else None,
    )


def _transfers(
    route: Route, files: Sequence[LocalFile], begun: Begun, on_progress: OnProgress | None
) -> dict[int, Transfer]:
    """By the file's index; a file that has arrived already needs none."""
    transfers: dict[int, Transfer] = {}
    for index, (file, asset_id, session) in enumerate(zip(files, begun.asset_ids, begun.sessions, strict=True)):
        meter = Meter(index=index, path=file.path, asset_id=asset_id, size_bytes=file.size_bytes, tell=on_progress)
        if session is None:
            meter.finish()
        elif isinstance(session, DirectSession):
            transfers[index] = DirectTransfer(route, file, session, meter)
        else:
            transfers[index] = MultipartTransfer(route, file, session, meter)
    return transfers


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return base64.b64encode(hashlib.file_digest(opened, "sha256").digest()).decode()
