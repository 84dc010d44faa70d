"""What the commands that send files share: bars or lines while they go, what is printed at the end, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer
from rich.console import Console

from mediadock.cli.bars import Bars
from mediadock.cli.failures import interruption
from mediadock.cli.lines import Lines
from mediadock.cli.view import View, stage_words
from mediadock.client import Asset, Client, OnProgress

KEPT = "Stopped. What has arrived is kept for now: run the same command again to continue."
GOES_ON = "Stopped waiting. The files have arrived and go on being processed; see: mediadock status"

Parallel = Annotated[int, typer.Option(min=1, max=64, help="Connections for all files together.")]
Wait = Annotated[bool, typer.Option(help="Wait until everything is processed, and print the addresses.")]
Resume = Annotated[bool, typer.Option(help="Continue an unfinished upload of the same files.")]


class HasAssets(Protocol):
    """What a sending call of the client gives: the assets in the order of the files."""

    @property
    def asset_ids(self) -> tuple[int, ...]: ...


T = TypeVar("T", bound=HasAssets)


def send_and_follow(
    client: Client,
    files: Sequence[Path],
    send: Callable[[OnProgress], T],
    *,
    wait: bool,
    named: Callable[[T], str],
    when_stopped: str = KEPT,
) -> None:
    """Send, follow until everything is processed, and print an address a file.

    Where there is none to print, ``named`` says what was sent. Exits with 1 when a file was rejected or failed.
    """
    with interruption(when_stopped), _view(files) as view:
        sent = send(view.sent)
        with interruption(GOES_ON):
            assets = _follow(client, sent, view) if wait else []
    for asset in assets:
        print(asset.media_url or f"{asset.file_name}: {stage_words(asset)}")
    if not assets:
        print(", ".join([named(sent), *([f"assets {' '.join(map(str, sent.asset_ids))}"] if sent.asset_ids else [])]))
    if any(asset.stage != "done" for asset in assets):
        raise typer.Exit(1)


def _view(files: Sequence[Path]) -> View:
    console = Console(stderr=True)
    return Bars(console, files) if console.is_terminal else Lines(files)


def _follow(client: Client, sent: HasAssets, view: View) -> list[Asset]:
    places = {asset_id: index for index, asset_id in enumerate(sent.asset_ids)}
    latest: dict[int, Asset] = {}
    for asset in client.follow(sent.asset_ids):
        latest[asset.asset_id] = asset
        view.changed(places[asset.asset_id], asset)
    return [latest[asset_id] for asset_id in sent.asset_ids]
