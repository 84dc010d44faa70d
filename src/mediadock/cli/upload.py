"""``mediadock upload``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.cli.people import find_person
from mediadock.cli.sending import Parallel, Resume, Wait, send_and_follow

MIB = 1024 * 1024


def upload(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="What to send.")],
    to: Annotated[str, typer.Option(help="Who gets it, in one message: a user name or an id.")] = "",
    album: Annotated[int | None, typer.Option(min=1, help="The album of yours that it goes into.")] = None,
    text: Annotated[str, typer.Option(help="Text of the message.")] = "",
    part_size: Annotated[
        int | None,
        typer.Option(min=5, max=5120, help="MiB a part [default: by the size of the file]", show_default=False),
    ] = None,
    parallel: Parallel = 4,
    sha256: Annotated[bool, typer.Option("--sha256", help="Have the server compare a checksum.")] = False,
    wait: Wait = True,
    resume: Resume = True,
) -> None:
    """Send files to somebody or into an album. Interrupted? The same command again sends only what is missing."""
    if bool(to) == (album is not None):
        raise typer.BadParameter("Say either --to USER or --album ID.")
    if album is not None and (text or part_size):
        raise typer.BadParameter("--text and --part-size are for messages, not for albums.")
    client, _ = open_client()
    with sentences(), client:
        if album is not None:
            album_id = album
            send_and_follow(
                client,
                files,
                lambda told: client.upload_to_album(
                    album_id, files, parallel=parallel, sha256=sha256, resume=resume, on_progress=told
                ),
                wait=wait,
                named=lambda _: f"album {album_id}",
            )
            return
        receiver = find_person(client, to)
        send_and_follow(
            client,
            files,
            lambda told: client.upload(
                files,
                receiver_id=receiver.user_id,
                text=text,
                part_size_bytes=part_size * MIB if part_size else None,
                parallel=parallel,
                sha256=sha256,
                resume=resume,
                on_progress=told,
            ),
            wait=wait,
            named=lambda sent: f"message {sent.message_id}",
        )
