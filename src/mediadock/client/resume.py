"""Finds the unfinished upload that a call repeats, so that only what is missing is sent.

The server's list is the truth. A message is the one to go on with when it is to the same person, has the same
text and the same files by name and size, waits for at least one of them, and each file on this machine is the one
whose upload was begun: by the fingerprint kept here, or, begun on another device, by the MD5 of every stored part
where the store's ETags are that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from mediadock.client import server
from mediadock.client.account import Account
from mediadock.client.doors import ChatDoors
from mediadock.client.fingerprints import FingerprintStore, fingerprint
from mediadock.client.local_file import LocalFile
from mediadock.client.sessions import MultipartSession, UploadSession
from mediadock.client.values import ARRIVED, Message

LOOK_BACK_MESSAGES = 300
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Begun:
    """A message to go on with: for each file its asset, and the session to continue (None: that file has arrived)."""

    message_id: int
    asset_ids: tuple[int, ...]
    sessions: tuple[UploadSession | None, ...]
    resumed: bool = True


def find_begun(
    account: Account, fingerprints: FingerprintStore, *, receiver_id: int, text: str, files: Sequence[LocalFile]
) -> Begun | None:
    """The upload to go on with; None when there is none, or when a file is not the one that was begun."""
    wanted = {(file.path.name, file.size_bytes) for file in files}
    waiting = {item.asset_id for item in server.unfinished(account) if (item.file_name, item.size_bytes) in wanted}
    if not waiting:
        return None
    for message in islice(server.messages(account, receiver_id), LOOK_BACK_MESSAGES):
        if matches(message, text=text, files=files, waiting=waiting):
            begun = _go_on(account, fingerprints, message, files)
            if begun is not None:
                return begun
    return None


def matches(message: Message, *, text: str, files: Sequence[LocalFile], waiting: set[int]) -> bool:
    """Whether this message is what the call would send, and still waits for some of it."""
    assets = message.attachments
    return (
        message.text == text
        and [(asset.file_name, asset.size_bytes) for asset in assets]
        == [(file.path.name, file.size_bytes) for file in files]
        and all(asset.asset_id in waiting or asset.state in ARRIVED for asset in assets)
        and any(asset.asset_id in waiting for asset in assets)
    )


def _go_on(
    account: Account, fingerprints: FingerprintStore, message: Message, files: Sequence[LocalFile]
) -> Begun | None:
    sessions: list[UploadSession | None] = []
    for asset, file in zip(message.attachments, files, strict=True):
        if asset.state in ARRIVED:
            sessions.append(None)
            continue
        session = ChatDoors(account).begun(asset.asset_id)
        if not is_same_file(fingerprints, asset.asset_id, file, session):
            return None
        sessions.append(session)
    return Begun(message.message_id, tuple(asset.asset_id for asset in message.attachments), tuple(sessions))


def is_same_file(fingerprints: FingerprintStore, asset_id: int, file: LocalFile, session: UploadSession) -> bool:
    """Whether this upload was begun with this very file, as far as can be told."""
    known = fingerprints.find(asset_id)
    if known is not None:
        return known == fingerprint(file)
    return not isinstance(session, MultipartSession) or stored_parts_agree(file, session)


def stored_parts_agree(file: LocalFile, session: MultipartSession) -> bool:
    """Whether the file has the bytes of every stored part; parts whose ETag is no MD5 are taken on trust."""
    with file.opened() as opened:
        for part in session.stored:
            if not _MD5.fullmatch(part.etag):
                continue
            opened.seek((part.number - 1) * session.part_size_bytes)
            if hashlib.md5(opened.read(part.size_bytes), usedforsecurity=False).hexdigest() != part.etag:
                return False
    return True
