"""``mediadock manage``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.failures import fail

AS_THEY_ARE = {"allow_interspersed_args": False, "ignore_unknown_options": True}
"""From the name of the management command on, options are that command's."""


def manage(
    command: Annotated[list[str], typer.Argument(help="A management command of Django, with its arguments.")],
    data_dir: Annotated[
        Path, typer.Option(help="Where a `mediadock up` runs; used when MEDIADOCK_SECRET_KEY is not set.")
    ] = Path(".mediadock"),
) -> None:
    """Run a management command of the server: `webhooks add …`, `sweep --orphans`, `createsuperuser`, `help`."""
    from mediadock.core.errors import MediadockError  # the other commands need none of this
    from mediadock.local.environment import deployment_environment

    try:
        environment = deployment_environment(data_dir)
    except MediadockError as error:
        raise fail(error.detail) from error
    os.execve(  # noqa: S606 - our own interpreter, no shell; this process becomes Django's
        sys.executable, [sys.executable, "-P", "-m", "mediadock.local.manage", *command], environment
    )
