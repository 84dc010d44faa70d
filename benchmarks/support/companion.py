"""Uppy's Companion, the signer that Uppy uses unless told otherwise."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mediadock.local.ports import free_port
from support.npm import npm_peer
from support.platform import Platform
from support.processes import running

_AWS = ("client-s3", "client-sts", "lib-storage", "s3-presigned-post", "s3-request-presigner")


@contextmanager
def companion(platform: Platform, *, pages: Path | None = None) -> Iterator[str]:
    """The address of one Companion on the platform's store; it serves the folder ``pages`` at ``/bench/``."""
    folder = npm_peer(
        "companion",
        {"@uppy/companion": "6.2.2", "express": "4", "express-session": "1"},
        # Companion pins one release of the AWS SDK; any of the same line serves
        overrides={f"@aws-sdk/{name}": "^3.980.0" for name in _AWS},
    )
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        env = {
            **os.environ,
            "NODE_ENV": "production",
            "PORT": str(port),
            "PEER_TMP": scratch,
            "PEER_PAGES": str(pages or ""),
            "S3_KEY": platform.env["MEDIADOCK_S3_ACCESS_KEY"],
            "S3_SECRET": platform.env["MEDIADOCK_S3_SECRET_KEY"],
            "S3_BUCKET": platform.env["MEDIADOCK_S3_BUCKET"],
            "S3_ENDPOINT": platform.env["MEDIADOCK_S3_ENDPOINT"],
            "COMPANION_HIDE_METRICS": "true",
            # else the AWS SDK signs the checksum of an empty part into its URL, and the store refuses the real one
            "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",
        }
        script = Path(__file__).parents[1] / "peers" / "companion.mjs"
        probe = f"http://127.0.0.1:{port}/s3/params?filename=a&type=b"
        with running(("node", str(script)), env=env, cwd=folder, answers=probe):
            yield f"http://127.0.0.1:{port}"
