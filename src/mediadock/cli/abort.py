"""``mediadock abort``."""

from __future__ import annotations

from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences


def abort(
    asset_id: Annotated[int | None, typer.Argument(help="The upload's asset, as status shows it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every unfinished upload of yours.")] = False,
) -> None:
    """Give up unfinished uploads; what had arrived of them is deleted."""
    if everything == (asset_id is not None):
        raise typer.BadParameter("Name one asset, or say --all.")
    client, _ = open_client()
    with sentences(), client:
        asset_ids = [asset_id] if asset_id is not None else [upload.asset_id for upload in client.unfinished()]
        for each in asset_ids:
            client.abort(each)
            print(f"{each} aborted")
        if not asset_ids:
            print("No unfinished uploads.")
