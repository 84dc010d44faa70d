"""A tidying that lasts leaves the sweeper's other place free: the next one, or the same sent again, ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection

from faults.wires import Pass, Stall, Wire, wires_to
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.conf import conf
from mediadock.uploads.services import tidy as tidying
from mediadock.uploads.store import object_store
from mediadock.uploads.tasks import tidy_up
from stack.client import Api
from stack.embedded import Embedded
from stack.uploads import complete, uploaded_photo
from stack.waiting import eventually
from stack.workers import becomes_ready


@pytest.fixture
def wire(stack: Embedded, django_schema: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """What lies between the tidier and the store; whatever lies there is old enough."""
    monkeypatch.setattr(tidying, "conf", lambda: replace(conf(), orphan_grace_s=-2))
    with wires_to(stack.stack.ports.s3) as (wire,):
        store = ObjectStore(replace(conf().store, endpoint_url=f"http://127.0.0.1:{wire.port}"))
        monkeypatch.setattr(tidying, "object_store", lambda: store)
        yield wire


def tidied() -> None:
    """The task, in a thread that gives its connection back."""
    try:
        tidy_up()
    finally:
        connection.close()


def test_while_somebody_tidies_nobody_else_begins_and_then_the_next_does(alice: Api, wire: Wire) -> None:
    grant = uploaded_photo(alice)
    assert complete(alice, grant).status == 202
    becomes_ready(grant["asset_id"])
    prefix = f"media/{grant['asset_id']}/"
    object_store().put(f"{prefix}1-stale/96.webp", b"x", content_type="image/webp", size_bytes=1)

    wire.fault = Stall()
    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(tidied)
        eventually(lambda: wire.held == 1)
        hands.submit(tidied).result(timeout=60)  # and does not fail, as who asks this store does
        wire.fault = Pass()
        with suppress(StoreUnavailable):  # where it has given up meanwhile
            first.result()

    tidied()
    assert not list(object_store().list_objects(prefix))
