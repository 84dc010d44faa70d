"""The environment of the deployment that is meant: this process's own, or that of a running ``mediadock up``."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from mediadock.core.errors import MediadockError, NotFound
from mediadock.local.application import application_environment
from mediadock.local.data_directory import DataDirectory
from mediadock.local.stack import Ports, Stack

_NEEDED = "MEDIADOCK_SECRET_KEY"


class NoDeployment(NotFound):
    """Neither the environment nor the data directory leads to a deployment."""

    def __init__(self, why: str) -> None:
        super().__init__("no_deployment", f"{_NEEDED} is not set, and {why}.")


def deployment_environment(data_dir: Path) -> dict[str, str]:
    """This environment where it names a deployment, else that of the ``mediadock up`` in ``data_dir``.

    ``DJANGO_SETTINGS_MODULE`` is the complete server's. Raises ``NoDeployment``.
    """
    found = dict(os.environ) if os.environ.get(_NEEDED) else _of_stack(data_dir)
    return found | {"DJANGO_SETTINGS_MODULE": "mediadock.server.settings"}


def _of_stack(data_dir: Path) -> dict[str, str]:
    data = DataDirectory(data_dir.expanduser().resolve())
    if not data.ports.exists():
        raise NoDeployment(f"no `mediadock up` has run in {data_dir}")
    if not _is_locked(data):
        raise NoDeployment(f"`mediadock up` does not run in {data_dir}")
    try:
        ports = Ports(**json.loads(data.ports.read_text()))
        return application_environment(Stack(data, ports=ports, settings=os.environ).environment())
    except (OSError, ValueError, TypeError, MediadockError) as error:
        raise NoDeployment(f"{data_dir} cannot be read: {error}") from error


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
