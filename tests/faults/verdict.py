"""What must be true of a whole system after every fault, read where nobody can embellish it: in the database and the
store themselves (the oracle of the fault table).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import av
import psycopg
from PIL import Image
from psycopg.rows import dict_row

from faults.cargo import Cargo
from faults.sending import Delivered
from mediadock.core.errors import MediadockError
from mediadock.storage.s3 import ObjectStore
from stack.breakable import BreakableServer

TERMINAL = frozenset({"ready", "failed", "rejected", "aborted", "expired"})
OCCUPIES = frozenset({"pending", "uploaded", "processing", "ready", "failed"})
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Remains:
    """All that is left when everything has come to rest; ``sources`` is what was sent, by the name of its file."""

    assets: Sequence[Row]
    ledgers: Sequence[Row]
    streams: Mapping[int, int]
    events: Sequence[Row]
    outbox: Sequence[Row]
    keys: frozenset[str]
    open_uploads: Sequence[str]
    sources: Mapping[str, Cargo]
    must_arrive: frozenset[str]
    once: frozenset[str]
    aged: frozenset[int]
    deleted: frozenset[int]
    faces: Mapping[int, str]
    store: ObjectStore


def remains_of(server: BreakableServer, delivered: Delivered) -> Remains:
    """Read it, all at rest."""
    prefixes = ("media/", "originals/", "incoming/")
    return Remains(
        assets=rows(server, "SELECT * FROM mediadock_asset ORDER BY id"),
        ledgers=rows(server, "SELECT * FROM mediadock_ledger ORDER BY owner_id"),
        streams={row["user_id"]: row["last_seq"] for row in rows(server, "SELECT * FROM mediadock_stream")},
        events=rows(server, "SELECT * FROM mediadock_event ORDER BY user_id, seq"),
        outbox=rows(server, "SELECT * FROM mediadock_outbox WHERE topic <> 'discard_again'"),
        keys=frozenset(key for prefix in prefixes for key in server.keys(prefix)),
        open_uploads=[found.key for found in server.store.list_multipart_uploads("")],
        sources={**delivered.may_arrive, **delivered.must_arrive},
        must_arrive=frozenset(delivered.must_arrive),
        once=frozenset(delivered.once),
        aged=frozenset(delivered.aged),
        deleted=frozenset(delivered.deleted),
        faces=delivered.faces,
        store=server.store,
    )


def rows(server: BreakableServer, query: str) -> list[dict[str, Any]]:
    """What the database answers, past every wire."""
    with psycopg.connect(server.embedded.stack.postgres.url, row_factory=dict_row) as connection:
        return connection.execute(query.encode()).fetchall()


def complaints(left: Remains) -> dict[str, list[str]]:
    """What is wrong, by the question; nothing is asked in vain, so the keys are all questions."""
    return {name: list(ask(left)) for name, ask in QUESTIONS.items()}


def _stuck(left: Remains) -> Iterator[str]:
    for asset in left.assets:
        if asset["state"] not in TERMINAL:
            yield f"asset {asset['id']} ({asset['file_name']}) is {asset['state']}, attempt {asset['attempt']}"
    for row in left.outbox:
        yield f"outbox row {row['id']} ({row['topic']}) is not carried, tried {row['attempts']} times"


def _lost(left: Remains) -> Iterator[str]:
    ends = defaultdict(set)
    for asset in left.assets:
        ends[asset["file_name"]].add(asset["state"])
    for name in sorted(left.must_arrive):
        wanted = "ready" if left.sources[name].honest else "rejected"
        if wanted not in ends[name]:
            yield f"{name} is {sorted(ends[name]) or 'nowhere'}, not {wanted}"


def _prepared_twice(left: Remains) -> Iterator[str]:
    prepared = Counter(asset["file_name"] for asset in left.assets)
    for name in sorted(left.once):
        if prepared[name] != 1:
            yield f"{name} was prepared under one key, and is there {prepared[name]} times"


def _not_deleted(left: Remains) -> Iterator[str]:
    for asset in left.assets:
        if asset["id"] in left.deleted:
            yield f"asset {asset['id']} ({asset['file_name']}) was deleted, and is {asset['state']}"


def _wrong_faces(left: Remains) -> Iterator[str]:
    """One that was still in work when the next was ready may stay beside it; the newest is shown."""
    shown = {
        asset["owner_id"]: asset["file_name"]  # the assets come in the order of their ids
        for asset in left.assets
        if asset["profile"] == "avatar" and asset["state"] == "ready"
    }
    for user_id, name in left.faces.items():
        if shown.get(user_id) != name:
            yield f"user {user_id} shows {shown.get(user_id, 'no face')}, not {name}"


def _badly_published(left: Remains) -> Iterator[str]:
    ready = [asset for asset in left.assets if asset["state"] == "ready"]
    with ThreadPoolExecutor(4) as hands:
        for found in hands.map(lambda asset: list(_wrong_with(asset, left)), ready):
            yield from found


def _wrong_with(asset: Row, left: Remains) -> Iterator[str]:
    source = left.sources[asset["file_name"]]
    if not asset["variants"]:
        yield f"asset {asset['id']} is ready and shows nothing"
    if asset["sha256"] not in {None, source.sha256}:
        yield f"asset {asset['id']}: another sha256 is recorded than that of {source.name}"
    for name, variant in asset["variants"].items():
        try:
            head = left.store.head(variant["key"])
            body = left.store.read_range(variant["key"], etag=head.etag, start=0, end=head.size_bytes)
        except MediadockError as error:
            yield f"asset {asset['id']}: {name} cannot be read: {error}"
            continue
        why = _wrong_body(body, variant, source, is_source=name in {"original", "file"})
        if why or len(body) != variant["size_bytes"]:
            yield f"asset {asset['id']}: {name} {why or 'has another size than is recorded'}"


def _wrong_body(body: bytes, variant: Row, source: Cargo, *, is_source: bool) -> str | None:
    if is_source:
        return None if hashlib.sha256(body).hexdigest() == source.sha256 else "is not what was sent"
    try:
        if variant["content_type"].startswith("image/"):
            with Image.open(io.BytesIO(body)) as picture:
                picture.load()
                return None if picture.size == (variant["width"], variant["height"]) else f"is {picture.size}"
        with av.open(io.BytesIO(body)) as container:
            return None if sum(1 for _ in container.decode()) > 0 else "has no frames"
    except (OSError, av.FFmpegError) as error:
        return f"does not decode: {error}"


def _objects_of_nobody(left: Remains) -> Iterator[str]:
    named = {variant["key"] for asset in left.assets for variant in asset["variants"].values()}
    yield from sorted(key for key in left.keys if not key.startswith("incoming/") and key not in named)


def _quarantined(left: Remains) -> Iterator[str]:
    waiting = {asset["object_key"] for asset in left.assets if asset["state"] not in TERMINAL - {"failed"}}
    yield from sorted(key for key in left.keys if key.startswith("incoming/") and key not in waiting)


def _open_uploads(left: Remains) -> Iterator[str]:
    yield from left.open_uploads


def _unbalanced(left: Remains) -> Iterator[str]:
    pending: Counter[int] = Counter()
    used: Counter[int] = Counter()
    for asset in left.assets:
        pending[asset["owner_id"]] += asset["state"] == "pending"
        used[asset["owner_id"]] += asset["size_bytes"] if asset["state"] in OCCUPIES else 0
    for ledger in left.ledgers:
        owner = ledger["owner_id"]
        counted, due = (ledger["pending_count"], ledger["used_bytes"]), (pending[owner], used[owner])
        if counted != due:
            yield f"user {owner}: pending uploads and bytes are counted as {counted}, not {due}"


def _gaps(left: Remains) -> Iterator[str]:
    numbers = defaultdict(list)
    for event in left.events:
        numbers[event["user_id"]].append(event["seq"])
    for user_id, last in left.streams.items():
        first = numbers[user_id][0] if user_id in left.aged and numbers[user_id] else 1
        if numbers[user_id] != list(range(first, last + 1)):
            yield f"user {user_id} has {len(numbers[user_id])} events of {last}"


def _ends_of_assets(left: Remains) -> Iterator[str]:
    """Each chain of attempts has one terminal event; a retry begins another chain."""
    told = defaultdict(list)
    for event in left.events:
        if event["asset_id"] is not None and event["data"].get("stage") != "deleted":
            told[event["user_id"], event["asset_id"]].append(event["data"])
    for asset in left.assets:
        for user_id in asset["audience"]:
            states = [data["state"] for data in told[user_id, asset["id"]]]
            if not states or states[-1] != asset["state"]:
                yield f"user {user_id} was told {states[-1:]} of asset {asset['id']}, which is {asset['state']}"
            if any(now in TERMINAL and then in TERMINAL for now, then in pairwise(states)):
                yield f"user {user_id} was told the end of asset {asset['id']} twice: {states}"
            if "ready" in states[:-1]:
                yield f"user {user_id} was told more of asset {asset['id']} after it was ready: {states}"


def _sent_twice(left: Remains) -> Iterator[str]:
    """A message becomes sent once, and a post is published once, if only as its words: its media came too late."""
    sent: Counter[tuple[int, str]] = Counter()
    for event in left.events:
        data = event["data"]
        if event["type"] == "chat_message_update" and data["message_status"] == "sent" and data["stage"] != "deleted":
            sent[event["user_id"], f"message {data['message_id']}"] += 1
        elif event["type"] == "post_update" and data["status"] == "published":
            sent[event["user_id"], f"post {data['postId']}"] += 1
    for (user_id, what), count in sent.items():
        if count != 1:
            yield f"user {user_id} was told {count} times that {what} is out"
    messages = defaultdict(list)
    for asset in left.assets:
        if asset["link_kind"] in {"message", "post"}:
            messages[f"{asset['link_kind']} {asset['link_id']}"].append(asset)
    for what, assets in messages.items():
        remaining = {asset["state"] for asset in assets} - {"aborted", "expired"}
        is_out = remaining == {"ready"} or (not remaining and what.startswith("post "))
        for user_id in assets[0]["audience"]:
            if is_out != (sent[user_id, what] == 1):
                yield f"user {user_id} was told {sent[user_id, what]} times that {what} is out: {sorted(remaining)}"


QUESTIONS: Mapping[str, Callable[[Remains], Iterator[str]]] = {
    "is everything at an end": _stuck,
    "has everything arrived that its sender was told is there": _lost,
    "is there once what was prepared under one key": _prepared_twice,
    "is gone what its owner was told is deleted": _not_deleted,
    "is the face of everybody the last one": _wrong_faces,
    "is what is ready whole, as recorded and as sent": _badly_published,
    "has every published object an asset that shows it": _objects_of_nobody,
    "is nothing in quarantine of what is finished": _quarantined,
    "is no multipart upload open": _open_uploads,
    "are the ledgers the sums of the assets": _unbalanced,
    "are the events numbered without gaps": _gaps,
    "was each end told once": _ends_of_assets,
    "was each message sent once": _sent_twice,
}


def assert_nothing_is_wrong(left: Remains) -> None:
    """Every question has the right answer."""
    wrong = {question: found for question, found in complaints(left).items() if found}
    assert not wrong, json.dumps(wrong, indent=2)
