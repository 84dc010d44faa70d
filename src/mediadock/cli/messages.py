"""``mediadock messages``."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from mediadock.cli.credentials import open_client
from mediadock.cli.failures import sentences
from mediadock.cli.people import find_person
from mediadock.cli.view import printable, stage_words
from mediadock.client import Asset, Message


def messages(
    person: Annotated[str, typer.Option("--with", help="The other side: a user name or an id.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, counted from the newest.")] = 20,
) -> None:
    """Print a chat, the newest message last."""
    client, me = open_client()
    with sentences(), client:
        other = find_person(client, person)
        names = {me.user_id: me.username, other.user_id: other.username}
        for message in reversed(list(islice(client.messages(other.user_id), limit))):
            print("\n".join(message_lines(message, names)))


def message_lines(message: Message, names: dict[int, str]) -> list[str]:
    """The message with its time, then its attachments, indented."""
    sender = names.get(message.sender_id, str(message.sender_id))
    time = message.created_at[:16].replace("T", " ")
    first = f"{time}  {sender} ({message.status}): {printable(message.text)}".rstrip()
    return [first, *(_attachment_line(asset) for asset in message.attachments)]


def _attachment_line(asset: Asset) -> str:
    return f"    {asset.asset_id}  {printable(asset.file_name)}  {stage_words(asset)}  {asset.media_url or ''}".rstrip()
