"""Begun uploads of every surface whose client may go away after its PUT, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stack.client import Answer, Api, call


@dataclass(frozen=True)
class Begun:
    """An upload that was granted; ``media_id`` is the asset's. ``parts`` are addresses where it goes in parts."""

    api: Api
    media_id: int
    url: str
    headers: Mapping[str, str]
    parts: tuple[str, ...] = ()
    part_size: int = 0

    def put(self, body: bytes) -> None:
        """All the bytes, to the store alone: nobody else is told."""
        if not self.parts:
            assert call("PUT", self.url, body=body, headers=self.headers).status == 200
        for number, url in enumerate(self.parts):
            part = body[number * self.part_size :][: self.part_size]
            assert call("PUT", url, body=part).status == 200

    @property
    def status(self) -> str:
        """What the media service says of it, which serves every surface but chat."""
        answer = self.api.get(f"/media/{self.media_id}")
        if answer.status == 404:
            return str(self.api.get(f"/assets/{self.media_id}/").json()["state"]).upper()
        return str(answer.json()["status"])


def _session(api: Api, answer: Answer) -> Begun:
    assert answer.status == 201, answer.body
    session = answer.json()
    parts = tuple(part["url"] for part in session.get("partUrls") or ())
    size = session.get("partSize") or 0
    return Begun(api, session["mediaId"], session["uploadUrl"], session.get("headers") or {}, parts, size)


def in_a_chat(api: Api, service: Api, size: int) -> Begun:
    """A picture in a message to oneself."""
    declared = {"file_name": "a.jpg", "file_size": size, "content_type": "image/jpeg"}
    answer = api.post("/chats/upload/prepare/", receiver_id=api.user_id, **declared)
    assert answer.status == 201, answer.body
    grant: dict[str, Any] = answer.json()
    if grant["mode"] == "direct":
        return Begun(api, grant["asset_id"], grant["put_url"], grant["headers"])
    parts = tuple(item["url"] for item in grant["batch"]["items"])
    return Begun(api, grant["asset_id"], "", {}, parts, grant["part_size"])


def of_a_post(api: Api, service: Api, size: int) -> Begun:
    """A picture of the media service."""
    picture = {"fileName": "a.jpg", "fileType": "image/jpeg", "mediaType": "post-image"}
    return _session(api, api.post("/media/upload-session", fileSize=size, **picture))


def in_an_album(api: Api, service: Api, size: int) -> Begun:
    """A picture of an album."""
    album = api.post("/albums", title="Summer").json()["albumId"]
    declared = {"filename": "a.jpg", "contentType": "image/jpeg", "size": size}
    return _session(api, api.post(f"/albums/{album}/media/upload", **declared))


def as_an_avatar(api: Api, service: Api, size: int) -> Begun:
    """One's avatar."""
    declared = {"filename": "a.jpg", "contentType": "image/jpeg", "size": size}
    return _session(api, api.post("/users/me/avatar/upload", **declared))


def generated(api: Api, service: Api, size: int) -> Begun:
    """A generated image, sent by a service and seen by its owner."""
    service.post("/generated/gen-1/images", count=1, contentType="image/jpeg")
    answer = service.post("/generated/gen-1/images/0/upload", size=size, contentType="image/jpeg")
    return _session(api, answer)


SURFACES: Mapping[str, Callable[[Api, Api, int], Begun]] = {
    "chat": in_a_chat,
    "media": of_a_post,
    "album": in_an_album,
    "avatar": as_an_avatar,
    "generated": generated,
}
