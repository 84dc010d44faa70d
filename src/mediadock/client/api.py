"""The client: one object for one account on one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event as Flag
from types import TracebackType
from typing import Self

from mediadock.client import server, surfaces
from mediadock.client.account import Account, Tokens
from mediadock.client.comfyui import Brought, ComfyUI, bring_images
from mediadock.client.connections import Connections
from mediadock.client.doors import ChatDoors, Doors, MediaDoors, doors_of
from mediadock.client.events import Cursor, latest_seq
from mediadock.client.fingerprints import FingerprintStore
from mediadock.client.follow import follow_assets
from mediadock.client.generated import send_generated
from mediadock.client.one_by_one import Arrived, OneByOne
from mediadock.client.progress import OnProgress
from mediadock.client.retry import RetryPolicy
from mediadock.client.surfaces import Posted
from mediadock.client.transfer import Route
from mediadock.client.upload import Sending, Sent, upload_files
from mediadock.client.values import Asset, Event, Message, Unfinished, User
from mediadock.client.watch import watch_events


class Client:
    """Uploads files, asks after them and listens, for one account of the server at ``base_url``.

    Safe to share among threads. Every call may raise ``ClientError``. ``on_tokens`` hears of every new pair of
    tokens, so that a caller can keep it. ``timeout_s`` bounds each silence of a server, not a whole transfer.
    ``state_folder`` is where fingerprints of unfinished uploads are kept.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        refresh_token: str | None = None,
        on_tokens: Callable[[Tokens], None] | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 60.0,
        state_folder: Path | None = None,
    ) -> None:
        self._policy = retry or RetryPolicy()
        self._connections = Connections(read_timeout_s=timeout_s)
        self._account = Account(
            base_url,
            tokens=None if token is None else Tokens(token, refresh_token),
            connections=self._connections,
            policy=self._policy,
            on_tokens=on_tokens,
        )
        self._fingerprints = FingerprintStore(base_url, state_folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._connections.close()

    def login(self, username: str, password: str) -> User:
        """Exchange a password for tokens, which later calls carry. ``NotLoggedIn`` when it is not the right one."""
        return server.login(self._account, username, password)

    def me(self) -> User:
        """Who this client acts for."""
        return User.read(self._account.get("/users/me"))

    def find_users(self, search: str) -> list[User]:
        """All users whose name holds ``search``, by name."""
        return list(server.find_users(self._account, search))

    def upload(
        self,
        paths: Sequence[str | Path],
        *,
        receiver_id: int,
        text: str = "",
        part_size_bytes: int | None = None,
        parallel: int = 4,
        sha256: bool = False,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        stop: Flag | None = None,
    ) -> Sent:
        """Send files in one message to one user; returns when all have arrived, before they are processed.

        An unfinished upload that says the same is continued (``resume``). ``parallel`` bounds the connections of all
        files together. ``on_progress`` is called from the sending threads, one call at a time for each file. Setting
        ``stop`` ends it with ``Stopped``; ``UploadIncomplete`` names the files that did not arrive.
        """
        route = self._route(ChatDoors(self._account), stop)
        sending = Sending(receiver_id, text, part_size_bytes, parallel, sha256, resume)
        return upload_files(route, self._fingerprints, [Path(path) for path in paths], sending, on_progress=on_progress)

    def create_album(self, title: str) -> int:
        """The id of a new album of this account's."""
        return surfaces.create_album(self._account, title)

    def upload_to_album(
        self,
        album_id: int,
        paths: Sequence[str | Path],
        *,
        parallel: int = 4,
        sha256: bool = False,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        stop: Flag | None = None,
    ) -> Arrived:
        """Send pictures and films into an album; arguments and errors are those of ``upload``.

        What an interrupted call of the same files has sent into this album is left alone (``resume``).
        """
        sender = self._one_by_one(parallel, on_progress, stop)
        return surfaces.send_to_album(sender, album_id, [Path(path) for path in paths], sha256=sha256, resume=resume)

    def set_avatar(self, path: str | Path, *, on_progress: OnProgress | None = None) -> Arrived:
        """Send a picture that replaces this account's avatar once it is ready."""
        return surfaces.send_avatar(self._one_by_one(1, on_progress, None), Path(path))

    def upload_media(
        self,
        paths: Sequence[str | Path],
        *,
        media_type: str | None = None,
        parallel: int = 4,
        sha256: bool = False,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        stop: Flag | None = None,
    ) -> Arrived:
        """Send files to the media service; arguments and errors are those of ``upload``.

        ``media_type`` is one that the server declares; left out, pictures, films and sounds are ``post-image``,
        ``post-video``, ``post-audio``. What an interrupted call of the same files has sent is left alone (``resume``).
        """
        sender = self._one_by_one(parallel, on_progress, stop)
        files = [Path(path) for path in paths]
        return surfaces.send_media(sender, files, media_type=media_type, sha256=sha256, resume=resume)

    def post(
        self,
        text: str,
        paths: Sequence[str | Path] = (),
        *,
        parallel: int = 4,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        stop: Flag | None = None,
    ) -> Posted:
        """Post words and media in the feed; arguments and errors are those of ``upload``.

        Media that an interrupted call has sent and that are in no post yet are not sent again (``resume``).
        """
        sender = self._one_by_one(parallel, on_progress, stop)
        return surfaces.send_post(sender, text, [Path(path) for path in paths], resume=resume)

    def send_generated(
        self,
        generation_id: str,
        paths: Sequence[str | Path],
        *,
        parallel: int = 4,
        on_progress: OnProgress | None = None,
        stop: Flag | None = None,
    ) -> Arrived:
        """Send pictures as the images of a generation, in their order; the token must be a service's.

        Safe to repeat: what has arrived is left alone. ``ClientError`` (``generation_differs``) when it was announced
        with another number of images.
        """
        sender = self._one_by_one(parallel, on_progress, stop)
        return send_generated(sender, generation_id, [Path(path) for path in paths])

    def bring_from_comfyui(self, base_url: str, prompt_id: str, *, generation_id: str | None = None) -> list[Brought]:
        """Send the images that a prompt of ComfyUI at ``base_url`` has saved; the token must be a service's.

        Safe to repeat: what has arrived is left alone. ``ClientError`` (``prompt_unfinished``) while it is not through.
        """
        return bring_images(
            ComfyUI(base_url),
            prompt_id,
            generation_id=generation_id,
            account=self._account,
            connections=self._connections,
            policy=self._policy,
        )

    def complete(self, asset_id: int) -> str:
        """Say that the bytes of this asset are all there, and hear its stage; a repeat is harmless."""
        return doors_of(self._account, asset_id).complete(asset_id)

    def abort(self, asset_id: int) -> None:
        """Give up an unfinished upload; its bytes are deleted."""
        doors_of(self._account, asset_id).abort(asset_id)
        self._fingerprints.forget(asset_id)

    def status(self, asset_id: int) -> Asset:
        """One asset as it is now."""
        return server.get_asset(self._account, asset_id)

    def retry(self, asset_id: int) -> None:
        """Process a failed asset again."""
        self._account.post(f"/assets/{asset_id}/retry/")

    def delete(self, asset_id: int) -> None:
        """Delete an asset and all that became of it."""
        self._account.delete(f"/assets/{asset_id}/")

    def unfinished(self) -> Iterator[Unfinished]:
        """Uploads of this account, from any device, that wait for bytes."""
        return server.unfinished(self._account)

    def messages(self, user_id: int) -> Iterator[Message]:
        """The chat with this user, newest first; pages are asked for as they are needed."""
        return server.messages(self._account, user_id)

    def latest_seq(self) -> int:
        """The seq of the latest event, to watch from here on."""
        return latest_seq(self._account)

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """The stored events after ``after`` that there are now, by polling."""
        return Cursor(self._account, after).poll()

    def watch(self, *, after: int | None = None, stop: Flag | None = None) -> Iterator[Event]:
        """Events as they happen, from ``after`` or from now on; each seq exactly once, across reconnects."""
        start = latest_seq(self._account) if after is None else after
        return watch_events(self._account, after=start, stop=stop or Flag())

    def follow(self, asset_ids: Sequence[int], *, stop: Flag | None = None) -> Iterator[Asset]:
        """Each of these assets whenever it changes, until all are ready or have failed."""
        return follow_assets(self._account, asset_ids, stop=stop or Flag())

    def _route(self, doors: Doors, stop: Flag | None) -> Route:
        return Route(self._account, doors, self._connections, self._policy, stop or Flag())

    def _one_by_one(self, parallel: int, on_progress: OnProgress | None, stop: Flag | None) -> OneByOne:
        return OneByOne(self._route(MediaDoors(self._account), stop), self._fingerprints, parallel, on_progress)
