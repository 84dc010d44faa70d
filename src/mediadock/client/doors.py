"""The doors that an upload goes through once it is begun: those of the surface that it came by.

The media service's serve the uploads of every profile. The chat has its own, in its own spelling, and a host may mount
them and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mediadock.client.account import Account
from mediadock.client.errors import BadAnswer
from mediadock.client.sessions import (
    DirectSession,
    MultipartSession,
    UploadSession,
    read_media_session,
    read_media_stored,
    read_session,
    read_stored,
    read_urls,
)

_CHAT = "chat"
_STAGES = {"PENDING": "uploading", "UPLOADED": "processing", "PROCESSING": "processing", "READY": "done"}


class Doors(Protocol):
    """What is asked about one upload of the caller's, named by its asset."""

    def direct_again(self, asset_id: int) -> DirectSession:
        """The same direct upload with a fresh URL."""
        ...

    def part_urls(self, asset_id: int, *, start_part: int, batch_count: int) -> dict[int, str]:
        """Fresh URLs of the parts from ``start_part``; at most 500."""
        ...

    def begun(self, asset_id: int) -> UploadSession:
        """An unfinished upload as the store knows it: its parts, and no URLs yet."""
        ...

    def complete(self, asset_id: int) -> str:
        """Say that all bytes are there, and hear the stage that the asset is in then."""
        ...

    def complete_parts(self, session: MultipartSession, etags: Mapping[int, str]) -> None:
        """Say that all parts are there, and which they are: the store's own list must agree."""
        ...

    def abort(self, asset_id: int) -> None:
        """Give up an unfinished upload; its bytes are deleted."""
        ...


@dataclass(frozen=True)
class ChatDoors:
    """``/chats/upload/…``"""

    account: Account

    def direct_again(self, asset_id: int) -> DirectSession:
        """See ``Doors``."""
        return _direct(read_session(self.account.post("/chats/upload/prepare/", {"asset_id": asset_id})))

    def part_urls(self, asset_id: int, *, start_part: int, batch_count: int) -> dict[int, str]:
        """See ``Doors``."""
        body = {"asset_id": asset_id, "start_part": start_part, "batch_count": batch_count}
        return read_urls(self.account.post("/chats/upload/prepare/", body).child("batch"))

    def begun(self, asset_id: int) -> UploadSession:
        """See ``Doors``."""
        return read_stored(asset_id, self.account.get(f"/chats/upload/{asset_id}/parts/"))

    def complete(self, asset_id: int) -> str:
        """See ``Doors``."""
        return self.account.post("/chats/upload/complete/", {"asset_id": asset_id}).text("stage")

    def complete_parts(self, session: MultipartSession, etags: Mapping[int, str]) -> None:
        """See ``Doors``."""
        parts = [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]
        self.account.post("/chats/upload/complete/", {"asset_id": session.asset_id, "parts": parts})

    def abort(self, asset_id: int) -> None:
        """See ``Doors``."""
        self.account.post("/chats/upload/abort/", {"asset_id": asset_id})


@dataclass(frozen=True)
class MediaDoors:
    """``/media/{mediaId}/…``"""

    account: Account

    def direct_again(self, asset_id: int) -> DirectSession:
        """See ``Doors``."""
        return _direct(read_media_session(self.account.get(f"/media/{asset_id}/urls")))

    def part_urls(self, asset_id: int, *, start_part: int, batch_count: int) -> dict[int, str]:
        """See ``Doors``."""
        page = self.account.get(f"/media/{asset_id}/urls", {"start": start_part, "count": batch_count})
        session = read_media_session(page)
        return dict(session.urls) if isinstance(session, MultipartSession) else {}

    def begun(self, asset_id: int) -> UploadSession:
        """See ``Doors``."""
        return read_media_stored(asset_id, self.account.get(f"/media/{asset_id}/parts"))

    def complete(self, asset_id: int) -> str:
        """See ``Doors``."""
        return _STAGES.get(self.account.post(f"/media/{asset_id}/complete").text("status"), "failed")

    def complete_parts(self, session: MultipartSession, etags: Mapping[int, str]) -> None:
        """See ``Doors``."""
        parts = [{"partNumber": number, "etag": etags[number]} for number in sorted(etags)]
        body = {"uploadId": session.upload_id, "parts": parts}
        self.account.post(f"/media/{session.asset_id}/complete-multipart", body)

    def abort(self, asset_id: int) -> None:
        """See ``Doors``."""
        self.account.post(f"/media/{asset_id}/abort")


def doors_of(account: Account, asset_id: int) -> Doors:
    """The doors of the surface that this asset came by. ``NotThere`` when it is none that the caller may see."""
    profile = account.get(f"/assets/{asset_id}/").text("profile")
    return ChatDoors(account) if profile == _CHAT else MediaDoors(account)


def _direct(session: UploadSession) -> DirectSession:
    if not isinstance(session, DirectSession):
        raise BadAnswer("bad_answer", "The server answered a multipart upload where a direct one was going on.")
    return session
