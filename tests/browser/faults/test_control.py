"""A person who pauses, goes on, gives up."""

from __future__ import annotations

from pathlib import Path

from browser.faults.door import StoreDoor
from browser.faults.files import PARTS
from browser.faults.original import is_whole
from browser.faults.sending import Sender
from stack.server import RunningServer
from stack.waiting import eventually


def test_a_pause_stops_the_bytes_at_once_and_keeps_what_has_arrived(
    sender: Sender, door: StoreDoor, notes: Path
) -> None:
    sender.page.clock.install()
    sender.send_some(notes, parts=5, through=door)
    sender.do("upload.pause()")
    sender.wait_hung_up()
    door.let_go()
    begun = len(door.puts)
    sender.wait("window.told.at(-1).paused")
    sender.page.clock.fast_forward("10:00")  # whatever waits in the page for its time has it now
    sender.do("client.me()")  # and what is sent then is on its way before this is answered
    assert len(door.puts) == begun
    sender.do("upload.resume()")
    ended = sender.done()
    assert not sender.told()[-1]["paused"]
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
    assert is_whole(sender.person, ended, notes)


def test_what_is_cancelled_is_aborted_at_the_store(
    sender: Sender, door: StoreDoor, notes: Path, running_server: RunningServer
) -> None:
    sender.send_some(notes, parts=5, through=door)
    asset_id = sender.do("upload.progress.files[0].assetId")
    (waiting,) = sender.person.get("/uploads/").json()["items"]
    key = waiting["object_key"]
    assert list(running_server.store.list_multipart_uploads(key))
    sender.do("upload.cancel()")
    sender.wait_hung_up()
    door.cut()
    door.mend()
    assert sender.end()["error"] == "cancelled"
    assert sender.do("upload.progress.files[0].stage") == "cancelled"
    assert sender.person.get(f"/assets/{asset_id}/").json()["state"] == "aborted"
    # the server says so at once; the relay then has the store remove what it has
    eventually(lambda: list(running_server.store.list_multipart_uploads(key)) == [], within_s=60.0)
    eventually(lambda: running_server.keys(key) == [], within_s=60.0)
    assert sender.person.get("/uploads/").json()["items"] == []


def test_a_signal_stops_without_giving_up(sender: Sender, door: StoreDoor, notes: Path) -> None:
    sender.send_some(notes, parts=5, through=door)
    sender.do("stop.abort()")
    sender.wait_hung_up()
    door.let_go()
    assert sender.end()["error"] == "stopped"
    (waiting,) = sender.do("client.unfinished()")
    sender.send(notes)
    ended = sender.done()
    assert ended["resumed"]
    assert ended["assetIds"] == [waiting["asset_id"]]
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
    assert is_whole(sender.person, ended, notes)
