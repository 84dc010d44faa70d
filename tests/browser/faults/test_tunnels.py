"""Lines that fail under an upload, in the browser: it ends, and no part that the store has goes out again."""

from __future__ import annotations

from pathlib import Path

from browser.faults.door import StoreDoor
from browser.faults.files import PARTS
from browser.faults.original import is_whole
from browser.faults.sending import Sender


def test_a_tunnel_of_ten_seconds_at_two_fifths(sender: Sender, door: StoreDoor, notes: Path) -> None:
    sender.page.clock.install()
    sender.send_some(notes, parts=5, through=door)
    sender.page.context.set_offline(True)
    door.cut()
    sender.wait("upload.progress.offline")
    sender.wait_hung_up()
    before = len(door.puts)
    sender.page.clock.run_for("00:10")
    assert sender.do("upload.progress.offline")
    assert len(door.puts) == before, "nothing comes out of a tunnel"
    door.mend()
    sender.page.context.set_offline(False)
    ended = sender.done()
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
    assert is_whole(sender.person, ended, notes)
