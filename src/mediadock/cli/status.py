"""``mediadock status``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.cli.view import printable, stage_words
from mediadock.client import Asset, Client


def status(
    asset_id: Annotated[int | None, typer.Argument(help="One asset; without it, your unfinished uploads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What became of an upload, or which uploads wait for bytes."""
    client, _ = open_client()
    with sentences(), client:
        assets = [client.status(each) for each in ([asset_id] if asset_id is not None else _unfinished(client))]
    if as_json:
        documents = [asdict(asset) for asset in assets]
        print(json.dumps(documents[0] if asset_id is not None else documents, indent=2))
    elif assets:
        Console().print(_table(assets))
        for asset in assets:
            if asset.media_url:
                print(asset.media_url)  # in one piece, to be copied
    else:
        print("No unfinished uploads.")


def _unfinished(client: Client) -> list[int]:
    return [upload.asset_id for upload in client.unfinished()]


def _table(assets: list[Asset]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("asset", "file", "size", "stage"):
        table.add_column(name, overflow="fold", justify="right" if name in ("asset", "size") else "left")
    for asset in assets:
        words = stage_words(asset) + (f" {asset.progress} %" if asset.stage == "processing" and asset.progress else "")
        table.add_row(
            str(asset.asset_id),
            Text(printable(asset.file_name)),
            decimal(asset.size_bytes),
            words,
        )
    return table
