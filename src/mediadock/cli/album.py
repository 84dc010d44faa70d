"""``mediadock album``."""

from __future__ import annotations

from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences


def album(name: Annotated[str, typer.Argument(help="What it is called, at most 200 characters.")]) -> None:
    """Make an album of yours and print its id, which `upload --album` takes."""
    client, _ = open_client()
    with sentences(), client:
        print(client.create_album(name))
