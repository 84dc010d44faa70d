"""``mediadock post``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.cli.sending import Parallel, Resume, Wait, send_and_follow


def post(
    text: Annotated[str, typer.Argument(help="The words of the post; may be empty when there are files.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="Pictures, films and sounds."),
    ] = None,
    parallel: Parallel = 4,
    wait: Wait = True,
    resume: Resume = True,
) -> None:
    """Post in the feed. It is shown to others once all its files are ready."""
    paths = files or []
    client, _ = open_client()
    with sentences(), client:
        send_and_follow(
            client,
            paths,
            lambda told: client.post(text, paths, parallel=parallel, resume=resume, on_progress=told),
            wait=wait,
            named=lambda posted: f"post {posted.post_id}",
        )
