"""The calls of the HTTP API, one function a call (specification: ``docs/http-api.md``); of an upload: ``doors``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mediadock.client.account import Account, Tokens
from mediadock.client.errors import BadAnswer
from mediadock.client.reading import Fields
from mediadock.client.sessions import Prepared, read_session
from mediadock.client.values import Asset, Message, Unfinished, User

LIST_LIMIT = 100


@dataclass(frozen=True)
class DeclaredFile:
    """What is declared of a file before its bytes are sent. ``sha256`` is base64 of the 32 bytes."""

    file_name: str
    size_bytes: int
    content_type: str
    kind: str
    part_size_bytes: int
    sha256: str | None = None

    def as_json(self) -> dict[str, object]:
        """The fields that prepare takes."""
        declared: dict[str, object] = {
            "file_name": self.file_name,
            "file_size": self.size_bytes,
            "content_type": self.content_type,
            "kind": self.kind,
            "client_part_size": self.part_size_bytes,
        }
        return declared | ({"checksum_sha256": self.sha256} if self.sha256 else {})


def login(account: Account, username: str, password: str) -> User:
    """The user whose password this is; the account carries the tokens from then on."""
    fields = account.post("/auth/token", {"username": username, "password": password})
    account.keep(Tokens(fields.text("access"), fields.text("refresh")))
    return User.read(fields.child("user"))


def prepare(account: Account, *, receiver_id: int, text: str, files: Sequence[DeclaredFile]) -> Prepared:
    """A new message with these files. All or nothing: if one is refused, nothing is created."""
    if len(files) == 1:
        body: dict[str, object] = {"receiver_id": receiver_id, **files[0].as_json()}
        answer = account.post("/chats/upload/prepare/", body | ({"text": text} if text else {}), creates=True)
        return Prepared(answer.integer("message_id"), (read_session(answer),))
    body = {"receiver_id": receiver_id, "text": text, "attachments": [file.as_json() for file in files]}
    answer = account.post("/files/upload/", body, creates=True)
    sessions = tuple(read_session(upload) for upload in answer.children("uploads"))
    if len(sessions) != len(files):
        raise BadAnswer("bad_answer", f"The server answered {len(sessions)} uploads for {len(files)} files.")
    return Prepared(answer.integer("message_id"), sessions)


def get_asset(account: Account, asset_id: int) -> Asset:
    """One asset."""
    return Asset.read(account.get(f"/assets/{asset_id}/"))


def unfinished(account: Account) -> Iterator[Unfinished]:
    """The caller's unfinished uploads, from any device."""
    return (Unfinished.read(item) for item in pages(account, "/uploads/"))


def messages(account: Account, with_user_id: int) -> Iterator[Message]:
    """The chat with this user, newest first; further pages are asked for as they are needed."""
    return (Message.read(item) for item in pages(account, f"/chats/{with_user_id}/messages/"))


def find_users(account: Account, search: str) -> Iterator[User]:
    """Users whose name holds ``search``, by name."""
    return (User.read(item) for item in pages(account, "/users/", {"search": search}))


def pages(account: Account, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[Fields]:
    """The items of a list, over all its pages."""
    query = {"limit": LIST_LIMIT, **(query or {})}
    while True:
        answer = account.get(path, query)
        yield from answer.children("items")
        cursor = answer.optional_text("next")
        if cursor is None:
            return
        query = {**query, "cursor": cursor}
