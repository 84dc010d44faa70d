"""``mediadock watch``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.client import Event


def watch(
    after: Annotated[int | None, typer.Option(min=0, help="Begin after this seq [default: with what is new]")] = None,
) -> None:
    """Print your events as they come, one line each: time, seq, type, asset, stage, address. Ctrl-C ends it."""
    client, _ = open_client()
    with sentences(), client:
        for event in client.watch(after=after):
            print(event_line(event, now=datetime.now().astimezone()), flush=True)


def event_line(event: Event, *, now: datetime) -> str:
    """Columns apart by two spaces; ``-`` stands for what an event does not have."""
    progress = event.integer("progress")
    stage = event.text("stage") or "-"
    columns = [
        f"{now:%H:%M:%S}",
        str(event.seq or "-"),
        event.type,
        str(event.integer("asset_id") or "-"),
        f"{stage} {progress} %" if stage == "processing" and progress is not None else stage,
        event.text("media_url") or event.text("thumbnail_url") or "-",
    ]
    return "  ".join(columns)
