"""The embedded SeaweedFS alone, for as long as a benchmark needs it, and objects in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mediadock.local.data_directory import DataDirectory
from mediadock.local.log import Log
from mediadock.local.stack import Stack, choose_ports
from mediadock.local.supervisor import Supervisor
from mediadock.storage.config import StoreConfig
from mediadock.storage.presign import Presigner
from mediadock.storage.s3 import ObjectStore


@dataclass(frozen=True)
class Stored:
    """One object, as the worker is told of it."""

    config: StoreConfig
    key: str
    etag: str
    size_bytes: int
    content_type: str

    def url(self) -> str:
        """An address that anybody may read it from, for an hour."""
        return Presigner(self.config).get_object(self.key, expires_s=3600, now=datetime.now(UTC))


@contextmanager
def running_store() -> Iterator[StoreConfig]:
    """An empty bucket of a store of its own."""
    root = Path(tempfile.mkdtemp(prefix="mediadock-bench-"))
    data = DataDirectory.create(root)
    seaweedfs = Stack(data, ports=choose_ports(data), settings={}).seaweedfs
    try:
        with (data.logs / "processes.log").open("w") as out, Supervisor(log=Log(out)) as supervisor:
            supervisor.launch(seaweedfs.program())
            supervisor.wait_ready()
            config = seaweedfs.config(seaweedfs.bucket)
            ObjectStore(config).ensure_bucket(cors_origins=[])
            yield config
    finally:
        shutil.rmtree(root, ignore_errors=True)


def stored(config: StoreConfig, file: Path, *, content_type: str) -> Stored:
    """``file`` as an object of its own."""
    size_bytes = file.stat().st_size
    with file.open("rb") as body:
        etag = ObjectStore(config).put(file.name, body, content_type=content_type, size_bytes=size_bytes)
    return Stored(config, file.name, etag or ObjectStore(config).head(file.name).etag, size_bytes, content_type)
