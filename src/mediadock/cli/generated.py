"""``mediadock generated``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.credentials import server_address
from mediadock.cli.failures import fail, sentences
from mediadock.cli.sending import Parallel, Wait, send_and_follow
from mediadock.client import Client

WAY_IN = "Make one with: mediadock create-service-token"


def generated(
    generation: Annotated[str, typer.Argument(help="Your name of the generation: letters, digits, - and _.")],
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="Its images, in their order.")
    ],
    server: Annotated[
        str, typer.Option(envvar="MEDIADOCK_SERVER", help="Address of the server [default: the last one]")
    ] = "",
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the service's token from standard input.")
    ] = False,
    parallel: Parallel = 4,
    wait: Wait = True,
) -> None:
    """Bring the images of a generation, as a service. Its token is in MEDIADOCK_TOKEN. Safe to repeat."""
    token = sys.stdin.readline().strip() if token_stdin else os.environ.get("MEDIADOCK_TOKEN", "")
    if not token:
        raise fail(f"A service's token is needed, in MEDIADOCK_TOKEN. {WAY_IN}")
    with sentences(way_in=WAY_IN), Client(server_address(server), token) as client:
        send_and_follow(
            client,
            files,
            lambda told: client.send_generated(generation, files, parallel=parallel, on_progress=told),
            wait=wait,
            named=lambda _: f"generation {generation}",
        )
