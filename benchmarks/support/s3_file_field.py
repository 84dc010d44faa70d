"""django-s3-file-field, the nearest Django package: each upload is a multipart one, signed by boto3."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mediadock.local.ports import free_port
from support.platform import Platform
from support.processes import running

_SITE = Path(__file__).parents[1] / "peers" / "s3_file_field_site"
INITIALIZE = "/upload-initialize/"
PART_BYTES = 64 * 2**20
"""The peer's parts have this length."""


@contextmanager
def s3_file_field(platform: Platform) -> Iterator[str]:
    """The address of one process with four threads, as ours, on the platform's store."""
    python = _environment()
    port = free_port()
    env = {
        **os.environ,
        "PYTHONPATH": str(_SITE.parent),
        "DJANGO_SETTINGS_MODULE": f"{_SITE.name}.settings",
        "S3_KEY": platform.env["MEDIADOCK_S3_ACCESS_KEY"],
        "S3_SECRET": platform.env["MEDIADOCK_S3_SECRET_KEY"],
        "S3_BUCKET": platform.env["MEDIADOCK_S3_BUCKET"],
        "S3_ENDPOINT": platform.env["MEDIADOCK_S3_ENDPOINT"],
    }
    serve = ("--workers", "1", "--threads", "4", "--keep-alive", "75", "--bind", f"127.0.0.1:{port}")
    command = (str(python), "-m", "gunicorn", *serve, "django.core.wsgi:get_wsgi_application()")
    with running(command, env=env, cwd=_SITE.parent, answers=f"http://127.0.0.1:{port}{INITIALIZE}"):
        yield f"http://127.0.0.1:{port}"


def initialize_body(num_parts: int) -> dict[str, object]:
    """What its page would send for a file of so many parts."""
    return {
        "field_id": f"{_SITE.name}.Medium.blob",
        "file_name": "beach.mp4",
        "file_size": num_parts * PART_BYTES,
        "content_type": "video/mp4",
    }


def _environment() -> Path:
    """The Python of a virtual environment in the user's cache; made on first use, and anew when the pins change."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mediadock-benchmarks" / "s3-file-field"
    python, pins = folder / "bin" / "python", (_SITE / "requirements.txt").read_text()
    installed = folder / "installed.txt"
    if not installed.exists() or installed.read_text() != pins:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = (str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        subprocess.run([*pip, "-r", _SITE / "requirements.txt"], check=True)
        installed.write_text(pins)
    return python
