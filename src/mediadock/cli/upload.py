"""``mediadock upload``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mediadock.cli.bars import Bars
from mediadock.cli.credentials import open_client
from mediadock.cli.failures import interruption, sentences
from mediadock.cli.lines import Lines
from mediadock.cli.people import find_person
from mediadock.cli.view import View, stage_words
from mediadock.client import Asset, Client, Sent

MIB = 1024 * 1024
KEPT = "Stopped. What has arrived is kept for now: run the same command again to continue."
GOES_ON = "Stopped waiting. The files have arrived and go on being processed; see: mediadock status"


def upload(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="What to send, in one message.")
    ],
    to: Annotated[str, typer.Option(help="Who gets it: a user name or an id.")],
    text: Annotated[str, typer.Option(help="Text of the message.")] = "",
    part_size: Annotated[
        int | None,
        typer.Option(min=5, max=5120, help="MiB a part [default: by the size of the file]", show_default=False),
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Connections for all files together.")] = 4,
    sha256: Annotated[bool, typer.Option("--sha256", help="Have the server compare a checksum.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until everything is processed, and print the addresses.")] = True,
    resume: Annotated[bool, typer.Option(help="Continue an unfinished upload of the same files.")] = True,
) -> None:
    """Send files to somebody. Interrupted? Run the same command again: only what is missing is sent."""
    client, _ = open_client()
    with sentences(), client:
        receiver = find_person(client, to)
        with interruption(KEPT), _view(files) as view:
            sent = client.upload(
                files,
                receiver_id=receiver.user_id,
                text=text,
                part_size_bytes=part_size * MIB if part_size else None,
                parallel=parallel,
                sha256=sha256,
                resume=resume,
                on_progress=view.sent,
            )
            with interruption(GOES_ON):
                assets = _follow(client, sent, view) if wait else []
        for asset in assets:
            print(asset.media_url or f"{asset.file_name}: {stage_words(asset)}")
        if not wait:
            print(f"message {sent.message_id}, assets {' '.join(map(str, sent.asset_ids))}")
        if any(asset.stage != "done" for asset in assets):
            raise typer.Exit(1)


def _view(files: Sequence[Path]) -> View:
    console = Console(stderr=True)
    return Bars(console, files) if console.is_terminal else Lines(files)


def _follow(client: Client, sent: Sent, view: View) -> list[Asset]:
    places = {asset_id: index for index, asset_id in enumerate(sent.asset_ids)}
    latest: dict[int, Asset] = {}
    for asset in client.follow(sent.asset_ids):
        latest[asset.asset_id] = asset
        view.changed(places[asset.asset_id], asset)
    return [latest[asset_id] for asset_id in sent.asset_ids]
