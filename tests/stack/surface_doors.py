"""Every endpoint of the surfaces beside the chat: how it is called, and what each of three people gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stack.client import Answer, Api

Names = Mapping[str, Any]

A_PICTURE = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 10, "mediaType": "post-image"}
A_FILE = {"filename": "a.jpg", "contentType": "image/jpeg", "size": 10}
A_BATCH = {"count": 2, "contentType": "image/png"}


@dataclass(frozen=True)
class Door:
    """One endpoint; the statuses of the owner, of another user, and of that one's service."""

    method: str
    path: str
    owner: int
    other: int
    service: int
    body: Any = None

    def open(self, api: Api, names: Names) -> Answer:
        """Call it as somebody, for what ``names`` says."""
        return api.send(self.method, self.path.format(**names), json=self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


EVERYBODY = (201, 201, 201)
READS = (200, 200, 200)
OWN = (200, 404, 404)
GONE = (204, 404, 404)

SURFACE_DOORS = [
    Door("POST", "/media/upload-session", *EVERYBODY, A_PICTURE),
    Door("GET", "/media", *READS),
    Door("GET", "/media/{media_id}", *OWN),
    Door("GET", "/media/{media_id}/urls", *OWN),
    Door("POST", "/media/{media_id}/urls", *OWN),
    Door("GET", "/media/{media_id}/parts", *OWN),
    Door("POST", "/media/{media_id}/abort", *OWN),
    Door("POST", "/media/{media_id}/complete", 404, 404, 404),
    Door("POST", "/media/{media_id}/complete-multipart", 404, 404, 404, {"uploadId": "none"}),
    Door("DELETE", "/media/{media_id}", *GONE),
    Door("POST", "/feed/submit", *EVERYBODY, {"content": "Hello"}),
    Door("GET", "/feed", *READS),
    Door("DELETE", "/feed/{post_id}", *GONE),
    Door("POST", "/albums", *EVERYBODY, {"title": "Summer"}),
    Door("GET", "/albums", *READS),
    Door("GET", "/albums/{album_id}", *OWN),
    Door("DELETE", "/albums/{album_id}", *GONE),
    Door("POST", "/albums/{album_id}/media/upload", 201, 404, 404, A_FILE),
    Door("GET", "/albums/{album_id}/media", *OWN),
    Door("POST", "/users/me/avatar/upload", *EVERYBODY, A_FILE),
    Door("DELETE", "/users/me/avatar", 204, 204, 204),
    Door("GET", "/generated", *READS),
    Door("POST", "/generated/{generation_id}/images", 403, 403, 201, A_BATCH),
    Door("GET", "/generated/{generation_id}/images", *OWN),
    Door("POST", "/generated/{generation_id}/images/{index}/upload", 403, 403, 404,
         {"size": 10, "contentType": "image/png"}),
]  # fmt: skip
