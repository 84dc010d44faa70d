"""The store answers 503, is reset, cut short or stalled on the wire: requests say so in time, and work waits for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from faults.campaign import forget_hints, wired_server
from faults.oracle import assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from faults.wires import Busy, Fault, Pass, Reset, Stall, Truncate, Wire
from stack.breakable import BreakableServer
from stack.problems import refused
from stack.sending import SETTLED, Upload, prepare, send, told
from stack.waiting import eventually

LONGEST_REQUEST_S = 40.0
"""Twenty seconds are allowed to a call of the store's (``CallLimits``); the rest is for a busy machine."""


@pytest.fixture(scope="module")
def wired() -> Iterator[tuple[BreakableServer, Mapping[str, Wire]]]:
    with tempfile.TemporaryDirectory(prefix="mediadock-faults-") as folder, wired_server(Path(folder)) as wired:
        yield wired


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [Busy(), Reset(), Truncate(after_bytes=64), Stall()], ids=lambda fault: type(fault).__name__
)
def test_a_store_that_cannot_be_used_costs_no_attempt_and_no_request_hangs(
    wired: tuple[BreakableServer, Mapping[str, Wire]], fault: Fault
) -> None:
    server, wires = wired
    sender, receiver = server.api_as_somebody(), server.api_as_somebody()
    in_the_making = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    not_complete = prepare(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")
    in_the_making.wait(lambda asset: asset["stage"] == "thumbnail_ready")

    wires["seaweedfs"].fault = fault
    began = time.monotonic()
    try:
        answer = not_complete.complete()
        took_s = time.monotonic() - began
        time.sleep(3.0)  # while what is in the making wants to be stored
    finally:
        wires["seaweedfs"].fault = Pass()
    refused(answer, 503, "store_unavailable")
    print(f"measured: refused after {took_s:.1f} s")
    assert took_s < LONGEST_REQUEST_S

    not_complete.put(quick_jpeg())
    assert not_complete.complete().status == 202
    for upload in (in_the_making, not_complete):
        eventually(lambda: is_settled(server, upload), within_s=120.0, every_s=0.5)  # noqa: B023
        done = upload.asset()
        assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
    assert len(told(receiver)[in_the_making.asset_id]) < 12, "nobody is told of every try"
    assert_no_gaps(sender, receiver)
    server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    assert_published_once(server, [in_the_making, not_complete])


def is_settled(server: BreakableServer, upload: Upload) -> bool:
    """Whether it is at an end; if it was sent back to the queue, nobody waits for its turn to come again."""
    forget_hints(server)
    return upload.asset()["state"] in SETTLED
