"""Where the object store is, and who we are to it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """One endpoint and bucket taken apart once.

    ``origin`` begins every URL, ``https://host[:port]`` with the port as configured; ``host_header`` is what
    is signed and sent (no default port); ``bucket_path`` is ``/bucket`` for path style, empty for virtual-host style.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    origin: str
    host_header: str
    bucket_path: str

    def path(self, key: str | None) -> str:
        """The percent-encoded path of ``key``, or of the bucket itself for None.

        Encoded as SigV4 for S3 asks: everything but ``A-Z a-z 0-9 - . _ ~ /``, nothing normalised.
        """
        if key is None:
            return self.bucket_path or "/"
        return f"{self.bucket_path}/{quote(key, safe='/')}"


@dataclass(frozen=True)
class StoreConfig:
    """An S3-compatible store; the secrets do not appear in ``repr``.

    ``public_endpoint_url`` is what browsers see when that differs from ``endpoint_url``. Virtual-host style
    on a bare IP address falls back to path style, as botocore does: an address has no subdomains.
    Raises ValueError for an endpoint with a path or credentials, or a bucket that is no DNS name.
    """

    endpoint_url: str
    region: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    addressing: Literal["path", "virtual"] = "path"
    public_endpoint_url: str | None = None

    def __post_init__(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            raise ValueError(f"bucket {self.bucket!r} is not a DNS-compatible name")
        self.address(public=False)
        self.address(public=True)

    def address(self, *, public: bool) -> Address:
        """The address that we call, or the one that clients are given."""
        url = (self.public_endpoint_url if public else None) or self.endpoint_url
        return _parse(url, bucket=self.bucket, virtual=self.addressing == "virtual")


def _parse(endpoint_url: str, *, bucket: str, virtual: bool) -> Address:
    parts = urlsplit(endpoint_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an endpoint is http://host[:port] or https://host[:port]")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("an endpoint has no path, query or credentials")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    virtual = virtual and not _is_ip(parts.hostname)
    host = f"{bucket}.{parts.hostname}" if virtual else parts.hostname
    port = parts.port or _DEFAULT_PORTS[scheme]
    shown = f"[{host}]" if ":" in host else host
    return Address(
        scheme=scheme,
        host=host,
        port=port,
        origin=f"{scheme}://{shown}" + (f":{parts.port}" if parts.port else ""),
        host_header=shown if port == _DEFAULT_PORTS[scheme] else f"{shown}:{port}",
        bucket_path="" if virtual else f"/{bucket}",
    )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
