"""SeaweedFS as a cluster on loopback: a master, two volume servers, a filer, two S3 gateways; each object twice.

Each process of Mediadock has keys of its own, which may do what it does and no more.
"""

from __future__ import annotations

import json
import secrets
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mediadock.core.errors import MediadockError
from mediadock.local.credentials import write_private
from mediadock.local.ports import LOOPBACK, accepts, free_port
from mediadock.local.program import Program, plain_environment
from mediadock.local.seaweedfs import REGION, weed
from mediadock.storage.calls import CallLimits
from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import ObjectMissing
from mediadock.storage.s3 import ObjectStore

BUCKET = "media"
VOLUMES = ("volume-a", "volume-b")
GATEWAYS = ("gateway-a", "gateway-b")
_SERVERS = ("master", *VOLUMES, "filer", *GATEWAYS)
_ONE_TRY = CallLimits(attempts=1)


def _port() -> int:
    """One whose gRPC port, 10,000 higher, is free too."""
    return free_port(offsets=(0, 10_000))


def _ports() -> dict[str, int]:
    return {server: _port() for server in _SERVERS}


@dataclass(frozen=True)
class Identity:
    """The keys of one process, and what they may do, in the words of SeaweedFS."""

    actions: tuple[str, ...]
    access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    secret_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    @property
    def settings(self) -> dict[str, str]:
        """For the process's environment."""
        return {"MEDIADOCK_S3_ACCESS_KEY": self.access_key, "MEDIADOCK_S3_SECRET_KEY": self.secret_key}


@dataclass(frozen=True)
class Cluster:
    """``identities`` by name; one of them, ``setup``, makes the bucket."""

    folder: Path
    identities: Mapping[str, Identity] = field(repr=False)
    ports: Mapping[str, int] = field(default_factory=_ports)

    def endpoint(self, gateway: str) -> str:
        """The S3 door of one of ``GATEWAYS``."""
        return f"http://{LOOPBACK}:{self.ports[gateway]}"

    def store(self, identity: str, *, gateway: str = GATEWAYS[0]) -> ObjectStore:
        """The bucket, as this identity sees it."""
        keys = self.identities[identity]
        config = StoreConfig(self.endpoint(gateway), REGION, BUCKET, keys.access_key, keys.secret_key)
        return ObjectStore(config, limits=_ONE_TRY)

    def programs(self) -> list[Program]:
        """All six; each may be started before those that it needs are ready."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.folder / "s3.json", json.dumps({"identities": [*self._told()]}))
        at = f"{LOOPBACK}:{self.ports['master']}"
        alone = ("-peers=none", "-telemetry=false", "-defaultReplication=001", "-volumeSizeLimitMB=64")
        volume = (f"-master={at}", "-max=20", "-preStopSeconds=0")
        s3 = (f"-config={self.folder / 's3.json'}", "-port.iceberg=0", "-port.lance=0", "-autoCreateBucket=false")
        return [
            self._program("master", "master", f"-mdir={self._data('master')}", *alone),
            *(self._program(name, "volume", f"-dir={self._data(name)}", *volume) for name in VOLUMES),
            self._program("filer", "filer", f"-master={at}", f"-defaultStoreDir={self._data('filer')}"),
            *(self._program(name, "s3", f"-filer={LOOPBACK}:{self.ports['filer']}", *s3) for name in GATEWAYS),
        ]

    def is_whole(self) -> bool:
        """Whether an object that one gateway takes, which is written to both volumes, is read by the other."""
        writer, reader = (self.store("setup", gateway=gateway) for gateway in GATEWAYS)
        try:
            writer.ensure_bucket(cors_origins=["*"])
            etag = writer.put("canary", b"sings", content_type="text/plain", size_bytes=5)
            return reader.read_range("canary", etag=etag, start=0, end=5) == b"sings"
        except (MediadockError, ObjectMissing):
            return False

    def _told(self) -> list[dict[str, object]]:
        return [
            {
                "name": name,
                "credentials": [{"accessKey": keys.access_key, "secretKey": keys.secret_key}],
                "actions": list(keys.actions),
            }
            for name, keys in self.identities.items()
        ]

    def _data(self, name: str) -> Path:
        (self.folder / name).mkdir(exist_ok=True)
        return self.folder / name

    def _program(self, name: str, kind: str, *options: str) -> Program:
        port = self.ports[name]
        logs = self._data(f"{name}-logs")
        quiet = (f"-logdir={logs}", "-alsologtostderr=false", "-stderrthreshold=ERROR", f"-config_dir={self.folder}")
        here = (f"-port={port}", f"-ip.bind={LOOPBACK}", *(() if kind == "s3" else (f"-ip={LOOPBACK}",)))
        return Program(
            name=name,
            argv=(str(weed()), *quiet, kind, *here, *options),
            env=plain_environment() | {"GOMEMLIMIT": "200MiB", "GOGC": "50"},
            ready=lambda: accepts(port),
            ready_within_s=120.0,
            stop_signal=signal.SIGKILL,  # nothing of it is kept, and in order it takes ten seconds
            log_file=self.folder / f"{name}.log",
        )
