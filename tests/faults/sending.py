"""People who send by the chat, in every mode, and who try again as a real client does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar

from faults.cargo import Cargo
from mediadock.client import Client, ClientError, RetryPolicy
from mediadock.client.account import Account, Tokens
from mediadock.client.connections import Connections
from mediadock.client.reading import Fields
from mediadock.client.sessions import read_urls
from mediadock.core.errors import MediadockError
from stack.breakable import BreakableServer
from stack.client import Api

T = TypeVar("T")
PATIENCE_S = 120.0
_POLICY = RetryPolicy(tries=4, first_delay_s=0.25, longest_delay_s=2.0)
_TIMEOUT_S = 20.0


class NotDelivered(Exception):
    """Somebody tried for as long as people do, and gave up."""


@dataclass
class Delivered:
    """What was sent, by the name of its file, and what its sender expects of it.

    ``once`` are the files that were prepared under one key, ``deleted`` the assets whose owner was told that they are
    gone, ``faces`` the last avatar that everybody was told is there.
    """

    must_arrive: dict[str, Cargo] = field(default_factory=dict)
    may_arrive: dict[str, Cargo] = field(default_factory=dict)
    ways: Counter[str] = field(default_factory=Counter)
    once: set[str] = field(default_factory=set)
    aged: set[int] = field(default_factory=set)
    """Users whose oldest events are older than the retention; of nobody else any may be missing."""
    deleted: set[int] = field(default_factory=set)
    faces: dict[int, str] = field(default_factory=dict)
    tries: int = 0
    writing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, cargo: Cargo) -> None:
        """It may be there from now on, whatever its sender will be told."""
        with self.writing:
            self.may_arrive[cargo.name] = cargo

    def note(self, way: str, *cargo: Cargo, arrives: bool = True) -> None:
        """Something was sent; ``arrives`` says that its sender was told that it is there."""
        with self.writing:
            self.ways[way] += 1
            kept = self.must_arrive if arrives else self.may_arrive
            kept.update({one.name: one for one in cargo})

    def take_back(self, *cargo: Cargo) -> None:
        """It was sent, and is deleted, or replaced."""
        with self.writing:
            self.may_arrive.update({one.name: self.must_arrive.pop(one.name) for one in cargo})

    def gone(self, *asset_ids: int) -> None:
        """These were deleted, and their owner knows it."""
        with self.writing:
            self.deleted.update(asset_ids)

    def tried(self) -> None:
        """One more try."""
        with self.writing:
            self.tries += 1


def _declared(cargo: Cargo) -> dict[str, object]:
    return {"file_name": cargo.name, "file_size": len(cargo.body), "content_type": cargo.content_type}


def headers_of(session: Fields) -> dict[str, str]:
    """What the one PUT of a session is to be sent with."""
    fields = session.child("headers")
    return {name: fields.text(name) for name in fields.raw()}


class Person:
    """One user with a folder of files and a client of ours."""

    def __init__(self, server: BreakableServer, folder: Path, delivered: Delivered) -> None:
        self.api = server.api_as_somebody()
        self.server = server
        self.delivered = delivered
        self.changing_face = threading.Lock()
        self._folder = folder / str(self.api.user_id)
        self._folder.mkdir()
        self._connections = Connections(read_timeout_s=_TIMEOUT_S)

    def close(self) -> None:
        """Let go of the server."""
        self._connections.close()

    def send_message(self, to: Person, *cargo: Cargo) -> Sequence[int]:
        """One message by the Python client: direct or in parts, as the size has it. Gives the ids of its assets."""
        paths = [self._written(one) for one in cargo]

        def upload() -> Sequence[int]:
            with self._client() as client:
                return client.upload(paths, receiver_id=to.user_id).asset_ids

        asset_ids = self.patiently(upload)
        self.delivered.note(f"message of {len(cargo)}" if len(cargo) > 1 else "message", *cargo)
        return asset_ids

    def send_page_by_page(self, to: Person, cargo: Cargo) -> None:
        """One message in parts, whose addresses are asked for one at a time, as each is due."""
        self.delivered.begin(cargo)

        def upload() -> None:
            session = self._prepared(to, cargo)
            upload_id = {"asset_id": session.integer("asset_id")}
            size, tags = session.integer("part_size"), list[dict[str, object]]()
            for number in range(1, session.integer("num_parts") + 1):
                asked = {**upload_id, "start_part": number, "batch_count": 1}
                [url] = read_urls(self.account().post("/chats/upload/prepare/", asked).child("batch")).values()
                etag = self._put_part(url, cargo.body[(number - 1) * size : number * size])
                tags.append({"PartNumber": number, "ETag": etag})
            self.account().post("/chats/upload/complete/", {**upload_id, "parts": tags})

        self.patiently(upload)
        self.delivered.note("page by page", cargo)

    def vanish(self, to: Person, cargo: Cargo, *, after_bytes: bool) -> None:
        """Prepare, send perhaps, and be gone."""
        session = self.patiently(lambda: self._prepared(to, cargo))
        if after_bytes and "put_url" in session:
            self.patiently(lambda: self.put(session.text("put_url"), headers_of(session), cargo))
        self.delivered.note("vanished", cargo, arrives=False)

    def prepare_once(self, to: Person, cargo: Cargo) -> None:
        """Prepare under one key, whatever happens to the answers, and be gone."""
        body = {"receiver_id": to.user_id, **_declared(cargo)}
        named = {"Idempotency-Key": cargo.name}

        def prepare() -> None:
            answer = self.fresh_api().send("POST", "/chats/upload/prepare/", json=body, headers=named)
            if answer.status != 201:
                raise OSError(f"the server answered {answer.status}")

        self.delivered.begin(cargo)
        self.patiently(prepare)
        self.delivered.note("prepared once", cargo, arrives=False)
        with self.delivered.writing:
            self.delivered.once.add(cargo.name)

    def change_mind(self, to: Person, cargo: Cargo) -> None:
        """Prepare and abort, which may both be late."""
        session = self.patiently(lambda: self._prepared(to, cargo))
        body = {"asset_id": session.integer("asset_id")}
        self.patiently(lambda: self.account().post("/chats/upload/abort/", body), settled={404, 409})
        self.delivered.note("aborted", cargo, arrives=False)

    def send_and_delete(self, to: Person, cargo: Cargo) -> None:
        """Send it, and think better of it."""
        [asset_id] = self.send_message(to, cargo)
        self.delivered.take_back(cargo)
        self.patiently(lambda: self.account().delete(f"/assets/{asset_id}/"), settled={404})
        self.delivered.gone(asset_id)

    def abort_while_completing(
        self, to: Person, cargo: Cargo, *, hold: Callable[[], None], held: Callable[[], None]
    ) -> None:
        """Complete and abort at once: whoever completes waits for the store from ``hold`` on, and ``held`` for him.

        The bytes go to the store past the wire, whose event is a call to complete as well.
        """
        session = self.patiently(lambda: self._prepared(to, cargo))
        self.delivered.note("aborted", cargo, arrives=False)
        body = {"asset_id": session.integer("asset_id")}
        key, size_bytes = session.text("object_key"), len(cargo.body)
        with ThreadPoolExecutor(1) as hand:
            hold()
            self.server.store.put(key, cargo.body, content_type=cargo.content_type, size_bytes=size_bytes)
            completing = hand.submit(self.fresh_api().post, "/chats/upload/complete/", **body)
            held()
            with suppress(OSError, HTTPException):
                self.fresh_api().post("/chats/upload/abort/", **body)
            with suppress(OSError, HTTPException):
                completing.result()

    @property
    def user_id(self) -> int:
        assert self.api.user_id is not None
        return self.api.user_id

    def fresh_api(self) -> Api:
        """With a token that has its whole quarter of an hour before it."""
        assert self.api.username is not None
        return self.server.api_of(self.user_id, self.api.username)

    def _prepared(self, to: Person, cargo: Cargo) -> Fields:
        body = {"receiver_id": to.user_id, **_declared(cargo)}
        return self.account().post("/chats/upload/prepare/", body, creates=True)

    def put(self, url: str, headers: Mapping[str, str], cargo: Cargo) -> None:
        """The bytes, in one PUT."""
        answer = self._connections.send("PUT", url, headers=headers, body=cargo.body)
        if answer.status not in {200, 412}:  # 412: an earlier try has put it there
            raise OSError(f"the store answered {answer.status}")

    def _put_part(self, url: str, body: bytes) -> str:
        answer = self._connections.send("PUT", url, headers={}, body=body)
        if answer.status != 200:
            raise OSError(f"the store answered {answer.status}")
        return answer.headers["etag"]

    def _written(self, cargo: Cargo) -> Path:
        self.delivered.begin(cargo)
        path = self._folder / cargo.name
        path.write_bytes(cargo.body)
        return path

    def account(self, token: str | None = None) -> Account:
        """The API by the client's own calls, with a fresh token unless it is given one."""
        tokens = Tokens(token or self.fresh_api().token or "")
        return Account(self.server.url, tokens=tokens, connections=self._connections, policy=_POLICY)

    def _client(self) -> Client:
        token = self.fresh_api().token
        return Client(
            self.server.url, token, retry=_POLICY, timeout_s=_TIMEOUT_S, state_folder=self._folder / "fingerprints"
        )

    def patiently(self, step: Callable[[], T], *, settled: frozenset[int] | set[int] = frozenset()) -> T:
        """Try until it works. A refusal whose status is ``settled`` says that an earlier try did."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return step()
            except (ClientError, MediadockError, OSError, HTTPException) as error:
                if getattr(error, "status", None) in settled:
                    return None  # type: ignore[return-value] - who says ``settled`` wants no answer
                if time.monotonic() > deadline:
                    raise NotDelivered(repr(error)) from error
            self.delivered.tried()
            time.sleep(0.3)
