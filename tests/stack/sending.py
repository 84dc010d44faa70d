"""Send one file by the chat surface as a browser does, and wait for what becomes of it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stack.client import Answer, Api, call

SETTLED = ("ready", "failed", "rejected", "aborted", "expired")
DIRECT_UP_TO_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """One prepared upload of ``sender``; ``grant`` is what prepare answered."""

    sender: Api
    grant: Mapping[str, Any]

    @property
    def asset_id(self) -> int:
        return int(self.grant["asset_id"])

    @property
    def object_key(self) -> str:
        return str(self.grant["object_key"])

    def put(self, body: bytes) -> None:
        """Send the bytes: one PUT, or every part."""
        if self.grant["mode"] == "direct":
            answer = self.put_direct(body)
            assert answer.status == 200, answer.body
            return
        size = self.grant["part_size"]
        for item in self.grant["batch"]["items"]:
            number = item["part_number"]
            answer = call("PUT", item["url"], body=body[(number - 1) * size : number * size])
            assert answer.status == 200, answer.body

    def put_direct(self, body: bytes) -> Answer:
        """The one PUT of a direct upload, whatever the store says to it."""
        return call("PUT", self.grant["put_url"], body=body, headers=self.grant["headers"])

    def complete(self) -> Answer:
        """Say that the bytes are there."""
        return self.sender.post("/chats/upload/complete/", object_key=self.object_key)

    def asset(self) -> dict[str, Any]:
        """The asset as its owner sees it."""
        answer = self.sender.get(f"/assets/{self.asset_id}/")
        assert answer.status == 200, answer.body
        document: dict[str, Any] = answer.json()
        return document

    def settled(self, *, within_s: float = 120.0) -> dict[str, Any]:
        """The asset once it has reached an end, which it keeps: what takes long is asked for more seldom."""
        return self.wait(lambda asset: asset["state"] in SETTLED, within_s=within_s, slowest_look_s=0.25)

    def wait(
        self, reached: Callable[[dict[str, Any]], bool], *, within_s: float = 120.0, slowest_look_s: float = 0.05
    ) -> dict[str, Any]:
        """The asset as soon as ``reached`` is true of it."""
        deadline, look_s = time.monotonic() + within_s, 0.05
        while not reached(asset := self.asset()):
            assert time.monotonic() < deadline, f"still {asset['state']} after {within_s} s: {asset}"
            time.sleep(look_s)
            look_s = min(look_s * 1.05, slowest_look_s)
        return asset


def prepare(sender: Api, receiver: Api, body: bytes, *, name: str, content_type: str, **fields: Any) -> Upload:
    """Declare one file; ``fields`` go over what is true of ``body``."""
    declared = {"file_name": name, "file_size": len(body), "content_type": content_type, **fields}
    answer = sender.post("/chats/upload/prepare/", receiver_id=receiver.user_id, **declared)
    assert answer.status == 201, answer.body
    return Upload(sender, answer.json())


def send(sender: Api, receiver: Api, body: bytes, *, name: str, content_type: str, **fields: Any) -> Upload:
    """Prepare, put and complete."""
    upload = prepare(sender, receiver, body, name=name, content_type=content_type, **fields)
    upload.put(body)
    answer = upload.complete()
    assert answer.status == 202, answer.body
    return upload


def told(user: Api) -> dict[int, list[tuple[str, str]]]:
    """Stage and processing status of every event that ``user`` has, oldest first, for each asset."""
    stages: dict[int, list[tuple[str, str]]] = defaultdict(list)
    answer = user.get("/events/?after=0&limit=1000")
    assert answer.status == 200, answer.body
    for event in answer.json()["items"]:
        data = event["data"]
        stages[data["asset_id"]].append((data["stage"], data["processing_status"]))
    return stages


STAGES_OF_A_PICTURE = [
    ("uploading", "queued"),
    ("processing", "queued"),
    ("processing", "running"),
    ("thumbnail_ready", "running"),
    ("done", "done"),
]
"""What everybody is told of a picture when nothing goes wrong, each once."""
