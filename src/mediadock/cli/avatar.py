"""``mediadock avatar``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.cli.sending import Wait, send_and_follow

STAYS = "Stopped. The present avatar stays."


def avatar(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A picture.")],
    wait: Wait = True,
) -> None:
    """Have a new avatar. The present one is shown until it is ready."""
    client, _ = open_client()
    with sentences(), client:
        send_and_follow(
            client,
            [file],
            lambda told: client.set_avatar(file, on_progress=told),
            wait=wait,
            named=lambda _: "avatar",
            when_stopped=STAYS,
        )
