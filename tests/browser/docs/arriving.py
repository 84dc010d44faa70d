"""What the other person gets, asked at the server."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from stack.client import Api


def received(reader: Api, *, sender_id: int, file_name: str) -> dict[str, Any]:
    """The newest asset of that name in the reader's chat with the sender. What a page shows needs no waiting for."""
    answer = reader.get(f"/chats/{sender_id}/messages/")
    assert answer.status == 200, answer.body
    attachments = [asset for message in answer.json()["items"] for asset in message["attachments"]]
    asset: dict[str, Any] = next(asset for asset in attachments if asset["file_name"] == file_name)
    return asset


def wait_for_pictures(page: Page, within: str = "body") -> None:
    """Until there are pictures below ``within`` and all of them have been loaded."""
    page.wait_for_function(
        """within => {
            const pictures = [...document.querySelectorAll(within + " img")];
            return pictures.length && pictures.every(({ complete, naturalWidth }) => complete && naturalWidth);
        }""",
        arg=within,
        timeout=60_000,
    )
