"""Media, albums, avatars and posts: each file has an upload session of its own there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediadock.client import server
from mediadock.client.account import Account
from mediadock.client.errors import FileProblem
from mediadock.client.local_file import LocalFile
from mediadock.client.one_by_one import Arrived, OneByOne
from mediadock.client.sessions import UploadSession, read_media_session
from mediadock.core.filetypes import Kind

_MEDIA_TYPES = {Kind.IMAGE: "post-image", Kind.VIDEO: "post-video", Kind.AUDIO: "post-audio"}


@dataclass(frozen=True)
class Posted:
    """A post with its media, which are processed from now on; it is shown to others once all are ready."""

    post_id: int
    status: str
    asset_ids: tuple[int, ...]
    resumed: bool = False


def create_album(account: Account, title: str) -> int:
    """The id of a new album."""
    return account.post("/albums", {"title": title}, creates=True).integer("albumId")


def send_to_album(sender: OneByOne, album_id: int, paths: Sequence[Path], *, sha256: bool, resume: bool) -> Arrived:
    """These files into an album of the caller's. ``NotThere`` when it is none."""
    account = sender.route.account

    def begin(_index: int, file: LocalFile) -> tuple[int, UploadSession | None]:
        return _begin(account, f"/albums/{album_id}/media/upload", file, sha256=sha256)

    earlier = server.pages(account, f"/albums/{album_id}/media") if resume else None
    arrived = sender.send(paths, begin, earlier=earlier)
    sender.forget(arrived)
    return arrived


def send_avatar(sender: OneByOne, path: Path) -> Arrived:
    """The caller's new avatar; the present one is shown until it is ready."""

    def begin(_index: int, file: LocalFile) -> tuple[int, UploadSession | None]:
        return _begin(sender.route.account, "/users/me/avatar/upload", file, sha256=False)

    arrived = sender.send([path], begin)
    sender.forget(arrived)
    return arrived


def send_media(
    sender: OneByOne, paths: Sequence[Path], *, media_type: str | None, sha256: bool, resume: bool
) -> Arrived:
    """These files as media of this type, or of the ``post-…`` type of their kind."""
    arrived = _send_media(sender, paths, media_type=media_type, sha256=sha256, resume=resume)
    sender.forget(arrived)
    return arrived


def send_post(sender: OneByOne, text: str, paths: Sequence[Path], *, resume: bool) -> Posted:
    """A post of these words and files. Media of an interrupted call that are in no post yet are taken along."""
    arrived = _send_media(sender, paths, media_type=None, sha256=False, resume=resume)
    body = {"content": text, "mediaIds": list(arrived.asset_ids)}
    post = sender.route.account.post("/feed/submit", body, creates=True)
    sender.forget(arrived)
    return Posted(post.integer("postId"), post.text("status"), arrived.asset_ids, arrived.resumed)


def _send_media(
    sender: OneByOne, paths: Sequence[Path], *, media_type: str | None, sha256: bool, resume: bool
) -> Arrived:
    account = sender.route.account
    # what has no type is refused before a byte is sent
    media_types = [media_type or _media_type_of(LocalFile.look(path)) for path in paths]

    def begin(index: int, file: LocalFile) -> tuple[int, UploadSession | None]:
        declared: dict[str, object] = {
            "fileName": file.path.name,
            "fileType": file.content_type,
            "fileSize": file.size_bytes,
            "mediaType": media_types[index],
        }
        if sha256:
            declared["checksumSha256"] = file.sha256()
        session = read_media_session(account.post("/media/upload-session", declared, creates=True))
        return session.asset_id, session

    unposted = (item for item in server.pages(account, "/media") if "postId" not in item) if resume and paths else None
    return sender.send(paths, begin, earlier=unposted)


def _begin(account: Account, address: str, file: LocalFile, *, sha256: bool) -> tuple[int, UploadSession]:
    declared: dict[str, object] = {
        "filename": file.path.name,
        "contentType": file.content_type,
        "size": file.size_bytes,
    }
    if sha256:
        declared["checksumSha256"] = file.sha256()
    session = read_media_session(account.post(address, declared, creates=True))
    return session.asset_id, session


def _media_type_of(file: LocalFile) -> str:
    """What the media service calls it, by its name. Raises ``FileProblem`` for what a post cannot hold."""
    if file.file_type is None or file.file_type.kind not in _MEDIA_TYPES:
        sentence = f"{file.path.name} is no picture, film or sound; a post holds nothing else."
        raise FileProblem("type_not_allowed", sentence)
    return _MEDIA_TYPES[file.file_type.kind]
