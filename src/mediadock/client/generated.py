"""Generated images, for services: a generation is announced once, then each of its images is begun when it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mediadock.client.account import Account
from mediadock.client.errors import ClientError, WrongState
from mediadock.client.local_file import LocalFile
from mediadock.client.one_by_one import Arrived, OneByOne
from mediadock.client.sessions import UploadSession, read_media_session

DEFAULT_TYPE = "image/png"


@dataclass(frozen=True)
class Announced:
    """One image of a generation; whether its bytes have arrived already."""

    media_id: int
    has_arrived: bool


def announce_images(account: Account, generation_id: str, *, count: int, content_type: str) -> dict[int, Announced]:
    """The images of a generation by index; one that was announced before is as the server knows it."""
    if count == 0:
        return {}
    path = _images_path(generation_id)
    try:
        known = account.post(path, {"count": count, "contentType": content_type}, creates=True).children("images")
    except WrongState as error:
        if error.code != "generation_exists":
            raise
        known = account.get(path).children("images")
    return {
        image.integer("index"): Announced(image.integer("mediaId"), image.optional_text("status") == "uploaded")
        for image in known
    }


def begin_image(
    account: Account, generation_id: str, index: int, *, size_bytes: int, content_type: str
) -> UploadSession | None:
    """Where the bytes of this image go; None when they have arrived already."""
    body = {"size": size_bytes, "contentType": content_type}
    try:
        return read_media_session(account.post(f"{_images_path(generation_id)}/{index}/upload", body))
    except WrongState as error:
        if error.code != "image_uploaded":
            raise
        return None


def send_generated(sender: OneByOne, generation_id: str, paths: Sequence[Path]) -> Arrived:
    """The files as the images of a generation, in their order; what has arrived is left alone.

    Raises ``ClientError`` (``generation_differs``) for a generation that was announced with another number of images.
    """
    account = sender.route.account
    content_type = LocalFile.look(paths[0]).content_type if paths else DEFAULT_TYPE
    known = announce_images(account, generation_id, count=len(paths), content_type=content_type)
    if len(known) != len(paths):
        sentence = f"This generation was announced with {len(known)} images, and the number of files is {len(paths)}."
        raise ClientError("generation_differs", sentence)

    def begin(index: int, file: LocalFile) -> tuple[int, UploadSession | None]:
        if known[index].has_arrived:
            return known[index].media_id, None
        session = begin_image(account, generation_id, index, size_bytes=file.size_bytes, content_type=file.content_type)
        return (session.asset_id if session else known[index].media_id), session

    arrived = sender.send(paths, begin)
    sender.forget(arrived)
    return Arrived(arrived.asset_ids, resumed=any(image.has_arrived for image in known.values()))


def _images_path(generation_id: str) -> str:
    return f"/generated/{quote(generation_id, safe='')}/images"
