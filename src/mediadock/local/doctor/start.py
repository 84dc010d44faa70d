"""Which deployment is meant, and the process that examines it, in whose place this one goes."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mediadock.core.errors import MediadockError, NotFound
from mediadock.local.application import application_environment
from mediadock.local.data_directory import DataDirectory
from mediadock.local.stack import Ports, Stack

_NEEDED = "MEDIADOCK_SECRET_KEY"


class NothingToExamine(NotFound):
    """Neither the environment nor the data directory leads to a deployment."""

    def __init__(self, why: str) -> None:
        super().__init__("nothing_to_examine", f"{_NEEDED} is not set, and {why}.")


def become_doctor(*, data_dir: Path, only: Sequence[str], as_json: bool) -> NoReturn:
    """Examine the deployment of this environment, or the ``mediadock up`` that runs in ``data_dir``.

    Raises NothingToExamine. This process becomes the doctor's, so that a signal reaches what has to put things away.
    """
    environment = dict(os.environ) if os.environ.get(_NEEDED) else _of_stack(data_dir)
    environment |= {
        "DJANGO_SETTINGS_MODULE": "mediadock.server.settings",
        "MEDIADOCK_LOG_LEVEL": "CRITICAL",  # what a log would say is in the report
    }
    options = [*(part for name in only for part in ("--only", name)), *(["--json"] if as_json else [])]
    os.execve(  # noqa: S606 - our own interpreter, no shell
        sys.executable, [sys.executable, "-P", "-m", "mediadock.local.doctor", *options], environment
    )


def _of_stack(data_dir: Path) -> dict[str, str]:
    data = DataDirectory(data_dir.expanduser().resolve())
    if not data.ports.exists():
        raise NothingToExamine(f"no `mediadock up` has run in {data_dir}")
    if not _is_locked(data):
        raise NothingToExamine(f"`mediadock up` does not run in {data_dir}")
    try:
        ports = Ports(**json.loads(data.ports.read_text()))
        return application_environment(Stack(data, ports=ports, settings=os.environ).environment())
    except (OSError, ValueError, TypeError, MediadockError) as error:
        raise NothingToExamine(f"{data_dir} cannot be read: {error}") from error


def _is_locked(data: DataDirectory) -> bool:
    """Whether a ``mediadock up`` holds the directory."""
    try:
        with (data.root / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
