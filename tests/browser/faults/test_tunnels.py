"""Lines that fail under an upload, in the browser: it ends, and no part that the store has goes out again."""

from __future__ import annotations

import time
from pathlib import Path

from browser.faults.door import StoreDoor
from browser.faults.original import is_whole
from browser.faults.sending import Sender

OFFLINE_S = 10.0


def test_a_tunnel_of_ten_seconds_at_two_fifths(sender: Sender, door: StoreDoor, notes: Path) -> None:
    door.hold(once_stored=5)
    sender.send(notes)
    door.wait_held()
    sender.page.context.set_offline(True)
    door.cut()
    began = time.monotonic()
    sender.wait("upload.progress.offline")
    before = len(door.puts)
    sender.page.wait_for_timeout(1000 * (OFFLINE_S - (time.monotonic() - began)))
    assert len(door.puts) == before, "nothing comes out of a tunnel"
    door.mend()
    sender.page.context.set_offline(False)
    ended = sender.done()
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, 13), 1)
    assert is_whole(sender.person, ended, notes)
