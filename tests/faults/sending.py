"""People who send, by every door and in every mode, and who try again as a real client does."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from faults.cargo import SMALL, Cargo, clip, drawing, note, novel, old_film, photo
from mediadock.client import Client, ClientError, RetryPolicy
from mediadock.client.account import Account, Tokens
from mediadock.client.connections import Connections
from mediadock.client.reading import Fields
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
    """What was sent, by the name of its file, and what its sender expects of it."""

    must_arrive: dict[str, Cargo] = field(default_factory=dict)
    may_arrive: dict[str, Cargo] = field(default_factory=dict)
    ways: Counter[str] = field(default_factory=Counter)
    once: set[str] = field(default_factory=set)
    aged: set[int] = field(default_factory=set)
    """Users whose oldest events are older than the retention; of nobody else any may be missing."""
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

    def take_back(self, cargo: Cargo) -> None:
        """It was sent, and is deleted."""
        with self.writing:
            self.may_arrive[cargo.name] = self.must_arrive.pop(cargo.name)

    def tried(self) -> None:
        """One more try."""
        with self.writing:
            self.tries += 1


def _declared(cargo: Cargo) -> dict[str, object]:
    return {"file_name": cargo.name, "file_size": len(cargo.body), "content_type": cargo.content_type}


def _headers(session: Fields) -> dict[str, str]:
    fields = session.child("headers")
    return {name: fields.text(name) for name in fields.raw()}


class Person:
    """One user with a folder of files and a client of ours."""

    def __init__(self, server: BreakableServer, folder: Path, delivered: Delivered) -> None:
        self.api = server.api_as_somebody()
        self._server = server
        self._folder = folder / str(self.api.user_id)
        self._folder.mkdir()
        self._delivered = delivered
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

        asset_ids = self._patiently(upload)
        self._delivered.note(f"message of {len(cargo)}" if len(cargo) > 1 else "message", *cargo)
        return asset_ids

    def send_medium(self, cargo: Cargo, *, then_post: bool) -> None:
        """One medium by the media surface, perhaps put into a post while it is processed."""
        self._delivered.begin(cargo)
        media_id = self._patiently(lambda: self._medium(cargo))
        self._delivered.note("medium", cargo)
        if then_post:
            body: dict[str, object] = {"content": cargo.name, "mediaIds": [media_id]}
            self._patiently(lambda: self._account().post("/feed/submit", body, creates=True), settled={409})
            self._delivered.note("post")

    def send_to_album(self, album_id: int, cargo: Cargo) -> None:
        """One picture into an album; nobody says ``complete`` but the store's event, or the sweeper."""
        self._delivered.begin(cargo)
        declared = {"filename": cargo.name, "contentType": cargo.content_type, "size": len(cargo.body)}

        def upload() -> None:
            session = self._account().post(f"/albums/{album_id}/media/upload", declared, creates=True)
            self._put(session.text("uploadUrl"), _headers(session), cargo)

        self._patiently(upload)
        self._delivered.note("album", cargo)

    def make_album(self) -> int:
        """An album for them."""
        body = {"title": "Bad weather"}
        return self._patiently(lambda: self._account().post("/albums", body, creates=True).integer("albumId"))

    def vanish(self, to: Person, cargo: Cargo, *, after_bytes: bool) -> None:
        """Prepare, send perhaps, and be gone."""
        session = self._patiently(lambda: self._prepared(to, cargo))
        if after_bytes and "put_url" in session:
            self._patiently(lambda: self._put(session.text("put_url"), _headers(session), cargo))
        self._delivered.note("vanished", cargo, arrives=False)

    def prepare_once(self, to: Person, cargo: Cargo) -> None:
        """Prepare under one key, whatever happens to the answers, and be gone."""
        body = {"receiver_id": to.user_id, **_declared(cargo)}
        named = {"Idempotency-Key": cargo.name}

        def prepare() -> None:
            answer = self.fresh_api().send("POST", "/chats/upload/prepare/", json=body, headers=named)
            if answer.status != 201:
                raise OSError(f"the server answered {answer.status}")

        self._delivered.begin(cargo)
        self._patiently(prepare)
        self._delivered.note("prepared once", cargo, arrives=False)
        with self._delivered.writing:
            self._delivered.once.add(cargo.name)

    def change_mind(self, to: Person, cargo: Cargo) -> None:
        """Prepare and abort, which may both be late."""
        session = self._patiently(lambda: self._prepared(to, cargo))
        body = {"asset_id": session.integer("asset_id")}
        self._patiently(lambda: self._account().post("/chats/upload/abort/", body), settled={404, 409})
        self._delivered.note("aborted", cargo, arrives=False)

    def send_and_delete(self, to: Person, cargo: Cargo) -> None:
        """Send it, and think better of it."""
        [asset_id] = self.send_message(to, cargo)
        self._delivered.take_back(cargo)
        self._patiently(lambda: self._account().delete(f"/assets/{asset_id}/"), settled={404})

    def abort_while_completing(
        self, to: Person, cargo: Cargo, *, hold: Callable[[], None], held: Callable[[], None]
    ) -> None:
        """Complete and abort at once: whoever completes waits for the store from ``hold`` on, and ``held`` for him.

        The bytes go to the store past the wire, whose event is a call to complete as well.
        """
        session = self._patiently(lambda: self._prepared(to, cargo))
        self._delivered.note("aborted", cargo, arrives=False)
        body = {"asset_id": session.integer("asset_id")}
        key, size_bytes = session.text("object_key"), len(cargo.body)
        with ThreadPoolExecutor(1) as hand:
            hold()
            self._server.store.put(key, cargo.body, content_type=cargo.content_type, size_bytes=size_bytes)
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
        return self._server.api_of(self.user_id, self.api.username)

    def _medium(self, cargo: Cargo) -> int:
        declared = {
            "fileName": cargo.name, "fileType": cargo.content_type, "fileSize": len(cargo.body),
            "mediaType": cargo.media_type,
        }  # fmt: skip
        session = self._account().post("/media/upload-session", declared, creates=True)
        self._put(session.text("uploadUrl"), _headers(session), cargo)
        media_id = session.integer("mediaId")
        self._account().post(f"/media/{media_id}/complete")
        return media_id

    def _prepared(self, to: Person, cargo: Cargo) -> Fields:
        body = {"receiver_id": to.user_id, **_declared(cargo)}
        return self._account().post("/chats/upload/prepare/", body, creates=True)

    def _put(self, url: str, headers: Mapping[str, str], cargo: Cargo) -> None:
        answer = self._connections.send("PUT", url, headers=headers, body=cargo.body)
        if answer.status not in {200, 412}:  # 412: an earlier try has put it there
            raise OSError(f"the store answered {answer.status}")

    def _written(self, cargo: Cargo) -> Path:
        self._delivered.begin(cargo)
        path = self._folder / cargo.name
        path.write_bytes(cargo.body)
        return path

    def _account(self) -> Account:
        tokens = Tokens(self.fresh_api().token or "")
        return Account(self._server.url, tokens=tokens, connections=self._connections, policy=_POLICY)

    def _client(self) -> Client:
        token = self.fresh_api().token
        return Client(
            self._server.url, token, retry=_POLICY, timeout_s=_TIMEOUT_S, state_folder=self._folder / "fingerprints"
        )

    def _patiently(self, step: Callable[[], T], *, settled: frozenset[int] | set[int] = frozenset()) -> T:
        """Try until it works. A refusal whose status is ``settled`` says that an earlier try did."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return step()
            except (ClientError, OSError, HTTPException) as error:
                if getattr(error, "status", None) in settled:
                    return None  # type: ignore[return-value] - who says ``settled`` wants no answer
                if time.monotonic() > deadline:
                    raise NotDelivered(repr(error)) from error
            self._delivered.tried()
            time.sleep(0.3)


@dataclass(frozen=True)
class Plan:
    """One sending, of so many files."""

    files: int
    send: Callable[[], object]


class Crowd:
    """Persons who send to each other what chance says."""

    def __init__(self, server: BreakableServer, folder: Path, *, persons: int = 6) -> None:
        self.delivered = Delivered()
        self.persons = [Person(server, folder, self.delivered) for _ in range(persons)]
        self._albums = {person.user_id: person.make_album() for person in self.persons}

    def close(self) -> None:
        """Everybody goes home."""
        for person in self.persons:
            person.close()

    def plans(self, chance: random.Random, *, files: int) -> Iterator[Plan]:
        """Sendings of together at least so many files, each known before anything is sent."""
        number = planned = 0
        while planned < files:
            number += 1
            plan = self._plan(number, chance)
            planned += plan.files
            yield plan

    def _plan(self, number: int, chance: random.Random) -> Plan:
        sender, receiver = chance.sample(self.persons, 2)
        cargo = chance.choice(SMALL)(number)
        way = chance.choices(list(_OFTEN), list(_OFTEN.values()))[0]
        if way == "many":
            several = [photo(number), drawing(number), chance.choice(_TIMED)(number)]
            return Plan(len(several), lambda: sender.send_message(receiver, *several))
        if way == "parts":
            return Plan(1, lambda: sender.send_message(receiver, novel(number)))
        if way == "medium" and cargo.media_type:
            then_post = cargo.honest and chance.random() < 0.5
            return Plan(1, lambda: sender.send_medium(cargo, then_post=then_post))
        if way == "album":
            return Plan(1, lambda: sender.send_to_album(self._albums[sender.user_id], photo(number)))
        if way in {"vanish", "abort"}:
            given_up = chance.choice([photo, novel])(number)
            after_bytes = chance.random() < 0.5
            if way == "vanish":
                return Plan(1, lambda: sender.vanish(receiver, given_up, after_bytes=after_bytes))
            return Plan(1, lambda: sender.change_mind(receiver, given_up))
        return Plan(1, lambda: sender.send_message(receiver, cargo))


_TIMED = (note, clip, old_film)
_OFTEN = MappingProxyType(
    {"message": 40, "many": 8, "parts": 6, "medium": 20, "album": 14, "vanish": 6, "abort": 6},
)
