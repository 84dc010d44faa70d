"""``mediadock up``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web server.")] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.", file_okay=False)] = Path(".mediadock"),
) -> None:
    """Run a whole Mediadock on this machine, with a database, a broker and a store of its own, until Ctrl-C."""
    from mediadock.local.up import run  # the other commands need none of the servers

    raise typer.Exit(run(port=port, data_dir=data_dir))
