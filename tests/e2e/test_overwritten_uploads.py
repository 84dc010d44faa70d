"""Somebody puts other bytes in the place of an upload while it is looked at, or after: none of them is ever shown.

The store refuses to replace an object by our URLs. Here it is done with keys of the store, as if it did not, at a
random moment of the whole way. ``MEDIADOCK_OVERWRITTEN`` runs more of them.
"""

from __future__ import annotations

import io
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from mediadock.storage.errors import ObjectMissing
from stack.client import Api
from stack.sending import Upload, prepare
from stack.server import RunningServer

RACES = int(os.environ.get("MEDIADOCK_OVERWRITTEN", "30"))
SEED = int(os.environ.get("MEDIADOCK_SEED", "20261121"))
HANDS = 3
MARKER = b"put here by somebody else"
LATEST_S = 0.4  # a picture of this size is done by then, on a machine that has nothing else to do
BLUE_IS_OURS = (20, 40, 200)
RED_IS_FOREIGN = (200, 30, 20)


def picture(colour: tuple[int, int, int], noise: random.Random) -> bytes:
    """A JPEG of one colour, no two alike."""
    grain = np.random.default_rng(noise.randrange(2**32)).integers(-15, 15, (240, 320, 3))
    pixels = np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=85)
    return out.getvalue()


def is_ours(body: bytes) -> bool:
    """Whether a picture is blue, and not red."""
    red, _, blue = np.asarray(Image.open(io.BytesIO(body)).convert("RGB")).reshape(-1, 3).mean(axis=0)
    return bool(blue > 120 > 90 > red)


class Race:
    """One upload that is overwritten at a moment of its own."""

    def __init__(self, server: RunningServer, api: Api, seed: int) -> None:
        chance = random.Random(seed)
        self._server = server
        self._body = picture(BLUE_IS_OURS, chance)
        # behind the end of a JPEG nothing is decoded: the marker would only show where bytes are copied
        foreign = picture(RED_IS_FOREIGN, chance) + MARKER
        self._foreign = foreign + b"\0" * (len(self._body) - len(foreign)) if chance.random() < 0.5 else foreign
        self._at_s = chance.choice([0.0, chance.uniform(0, LATEST_S), chance.uniform(0, LATEST_S), None])
        self.upload: Upload = prepare(api, api, self._body, name="sea.jpg", content_type="image/jpeg")

    def run(self) -> str:
        """Where it ends; everything that is shown of it is of the first bytes."""
        self.upload.put(self._body)
        assert self.upload.complete().status == 202
        if self._at_s is not None:
            time.sleep(self._at_s)
            self._overwrite()
        asset = self.upload.settled(within_s=120)
        if self._at_s is None:
            self._overwrite()
        assert asset["state"] in {"ready", "rejected"}, asset
        if asset["state"] == "rejected":
            assert asset["error"]["code"] in {"source_changed", "size_mismatch", "object_missing"}, asset
            assert asset["variants"] == {}
        self._look_at_what_is_stored(asset["state"])
        return str(asset["state"])

    def _overwrite(self) -> None:
        self._server.store.put(
            self.upload.object_key, self._foreign, content_type="image/jpeg", size_bytes=len(self._foreign)
        )

    def _look_at_what_is_stored(self, state: str) -> None:
        asset_id = self.upload.asset_id
        shown = bodies_of(self._server, f"media/{asset_id}/")
        kept = bodies_of(self._server, f"originals/{asset_id}/").values()
        assert all(MARKER not in body for body in [*shown.values(), *kept])
        assert all(is_ours(body) for body in shown.values()), sorted(shown)
        assert all(sha256(body).digest() == sha256(self._body).digest() for body in kept)
        if state == "ready":
            assert len(shown) >= 3
            assert len(kept) == 1


def bodies_of(server: RunningServer, prefix: str) -> dict[str, bytes]:
    """The whole objects, without those that went while we looked: the worker removes what it made in vain."""
    bodies = {}
    for key in server.keys(prefix):
        with suppress(ObjectMissing):
            found = server.store.head(key)
            bodies[key] = server.store.read_range(key, etag=found.etag, start=0, end=found.size_bytes)
    return bodies


@pytest.mark.slow
def test_no_foreign_byte_is_shown_of_an_upload_that_is_overwritten(running_server: RunningServer) -> None:
    print(f"seed {SEED}, {RACES} races")
    people = [running_server.api_as_somebody() for _ in range(HANDS)]

    def run(number: int) -> tuple[str, str]:
        race = Race(running_server, people[number % HANDS], SEED * 10_000 + number)
        return race.run(), race.upload.object_key

    with ThreadPoolExecutor(HANDS) as hands:
        ended = list(hands.map(run, range(RACES)))
    states = [state for state, _ in ended]
    print(f"{states.count('ready')} ready, {states.count('rejected')} rejected")
    assert "ready" in states, "those that were overwritten when all was done"

    running_server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    left = {key for person in people for key in running_server.keys(f"incoming/chat/user_{person.user_id}/")}
    assert not left & {key for _, key in ended}, "what was put in the place of what is done is removed"
