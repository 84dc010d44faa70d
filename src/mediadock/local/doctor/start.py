"""The process that examines a deployment, in whose place this one goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mediadock.local.environment import deployment_environment


def become_doctor(*, data_dir: Path, only: Sequence[str], as_json: bool) -> NoReturn:
    """Examine the deployment of this environment, or the ``mediadock up`` that runs in ``data_dir``.

    Raises NoDeployment. This process becomes the doctor's, so that a signal reaches what has to put things away.
    """
    environment = deployment_environment(data_dir)
    environment["MEDIADOCK_LOG_LEVEL"] = "CRITICAL"  # what a log would say is in the report
    options = [*(part for name in only for part in ("--only", name)), *(["--json"] if as_json else [])]
    os.execve(  # noqa: S606 - our own interpreter, no shell
        sys.executable, [sys.executable, "-P", "-m", "mediadock.local.doctor", *options], environment
    )
