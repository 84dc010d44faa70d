"""Files whose uploads are begun, on their way: their transfers run together, and what became of each is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediadock.client.direct import DirectTransfer
from mediadock.client.engine import run_transfers
from mediadock.client.errors import ClientError, Stopped, UploadIncomplete
from mediadock.client.local_file import LocalFile
from mediadock.client.multipart import MultipartTransfer
from mediadock.client.progress import Meter, OnProgress
from mediadock.client.sessions import DirectSession, UploadSession
from mediadock.client.transfer import Route, Transfer

Failure = tuple[LocalFile, ClientError]


@dataclass(frozen=True)
class Started:
    """One file, by its place in the call, and where its bytes go (None: they have arrived already)."""

    index: int
    file: LocalFile
    asset_id: int
    session: UploadSession | None


def send_started(
    route: Route, started: Sequence[Started], *, parallel: int, on_progress: OnProgress | None
) -> list[Failure]:
    """Send what has not arrived yet; gives the files that did not make it, each with its error. The others did."""
    waiting: list[tuple[LocalFile, Transfer]] = []
    for one in started:
        meter = Meter(
            index=one.index, path=one.file.path, asset_id=one.asset_id, size_bytes=one.file.size_bytes, tell=on_progress
        )
        if one.session is None:
            meter.finish()
        elif isinstance(one.session, DirectSession):
            waiting.append((one.file, DirectTransfer(route, one.file, one.session, meter)))
        else:
            waiting.append((one.file, MultipartTransfer(route, one.file, one.session, meter)))
    transfers = [transfer for _, transfer in waiting]
    outcomes = run_transfers(transfers, parallel=parallel, connections=route.connections, stop=route.stop)
    return [(file, error) for (file, _), error in zip(waiting, outcomes, strict=True) if error is not None]


def raise_failures(failures: Sequence[Failure]) -> None:
    """Raises ``Stopped`` when the caller stopped it, ``UploadIncomplete`` when a file did not arrive."""
    if any(isinstance(error, Stopped) for _, error in failures):
        raise Stopped
    if failures:
        raise UploadIncomplete([(file.path, error) for file, error in failures])
