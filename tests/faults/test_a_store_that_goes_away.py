"""The object store is killed: requests say so, work waits for it, and no attempt is held against a file."""

from __future__ import annotations

import time

import pytest

from faults.oracle import assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from stack.breakable import BreakableServer
from stack.client import Api
from stack.problems import refused
from stack.sending import prepare, send, told

AWAY_S = 6.0


@pytest.mark.slow
def test_work_waits_for_a_store_that_was_killed(server: BreakableServer, sender: Api, receiver: Api) -> None:
    server.start_worker("first")
    in_the_making = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    not_complete = prepare(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")
    in_the_making.wait(lambda asset: asset["stage"] == "thumbnail_ready")

    server.kill("seaweedfs")
    refused(not_complete.complete(), 503, "store_unavailable")
    time.sleep(AWAY_S)
    while_away = in_the_making.asset()
    server.start("seaweedfs")
    not_complete.put(quick_jpeg())
    assert not_complete.complete().status == 202
    done = in_the_making.settled()

    assert while_away["state"] in {"uploaded", "processing"}
    assert done["state"] == "ready", done["error"]
    assert done["attempt"] == 1
    assert not_complete.settled()["state"] == "ready"
    assert len(told(receiver)[in_the_making.asset_id]) < 12, "nobody is told of every try"
    assert_no_gaps(sender, receiver)
    server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    assert_published_once(server, [in_the_making, not_complete])
