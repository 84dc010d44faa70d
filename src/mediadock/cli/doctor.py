"""``mediadock doctor``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

COULD_NOT_RUN = 2


def doctor(
    only: Annotated[
        list[str] | None, typer.Option(help="Only this check, and what it needs; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")] = False,
    data_dir: Annotated[
        Path, typer.Option(help="Where a `mediadock up` runs; used when MEDIADOCK_SECRET_KEY is not set.")
    ] = Path(".mediadock"),
) -> None:
    """Examine a deployment, the one of the environment or a running `mediadock up`, and say how to mend it."""
    from mediadock.core.errors import MediadockError  # the other commands need none of this
    from mediadock.local.doctor.start import become_doctor

    try:
        become_doctor(data_dir=data_dir, only=only or [], as_json=as_json)
    except MediadockError as error:
        print(f"mediadock: {error.detail}", file=sys.stderr)
        raise typer.Exit(COULD_NOT_RUN) from error
