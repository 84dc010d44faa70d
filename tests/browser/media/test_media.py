"""Pictures through `mediaSurface`: sent, paused, gone on with after a reload, given up. No chat is there to help."""

from __future__ import annotations

from pathlib import Path

from browser.faults.door import StoreDoor
from browser.faults.original import is_whole
from browser.faults.sending import Sender

EVERY_PART_ONCE = {1: 1, 2: 1, 3: 1}
PLACE = "post-image"
GO_ON = """
async ({ token, files }) => {
  window.client = mediadock.createClient({ token, parallel: 2 });
  const matches = mediadock.matchUnfinished(await client.unfinished(), [...document.querySelector(files).files]);
  return { number: matches.length, ...(await client.resume(matches).done) };
}
"""


def under_way(sender: Sender, door: StoreDoor, file: Path) -> int:
    """Begin to send, until the store has one part; then everything on the way is stuck. Gives the id."""
    door.hold(once_stored=1)
    sender.send(file, to=PLACE)
    door.wait_held()
    return int(sender.do("upload.progress.files[0].assetId"))


def let_go(sender: Sender, door: StoreDoor) -> None:
    """The page has hung up; what comes now passes."""
    sender.wait_hung_up()
    door.let_go()


def state_of(sender: Sender, asset_id: int) -> str:
    return str(sender.person.get(f"/assets/{asset_id}/").json()["state"])


def test_a_small_and_a_large_picture_end_ready(
    sender: Sender, door: StoreDoor, picture: Path, large_picture: Path
) -> None:
    assert sender.person.get("/chats/upload/1/parts/").status == 404
    sender.send(picture, large_picture, to=PLACE)
    ended = sender.done(within_s=120)
    assert [(asset["file_name"], asset["stage"]) for asset in ended["assets"]] == [
        (picture.name, "done"),
        (large_picture.name, "done"),
    ]
    assert ended["messageId"] is None
    assert door.stored() == {0: 1, **EVERY_PART_ONCE}


def test_a_pause_keeps_what_has_arrived(sender: Sender, door: StoreDoor, large_picture: Path) -> None:
    under_way(sender, door, large_picture)
    sender.do("upload.pause()")
    let_go(sender, door)
    sender.wait("window.told.at(-1).paused")
    sender.do("upload.resume()")
    assert is_whole(sender.person, sender.done(within_s=120), large_picture)
    assert door.stored() == EVERY_PART_ONCE
    assert door.sent_in_vain() == []


def test_after_a_reload_only_what_is_missing_is_sent(sender: Sender, door: StoreDoor, large_picture: Path) -> None:
    asset_id = under_way(sender, door, large_picture)
    sender.page.reload()
    door.let_go()
    sender.open()
    sender.page.set_input_files("#files", large_picture)
    ended = sender.page.evaluate(GO_ON, {"token": sender.person.token, "files": "#files"})
    assert (ended["number"], ended["assetIds"], ended["resumed"]) == (1, [asset_id], True)
    assert is_whole(sender.person, ended, large_picture)
    assert door.stored() == EVERY_PART_ONCE
    assert door.sent_in_vain() == []


def test_what_is_cancelled_is_aborted_at_the_server(sender: Sender, door: StoreDoor, large_picture: Path) -> None:
    asset_id = under_way(sender, door, large_picture)
    sender.do("upload.cancel()")
    let_go(sender, door)
    assert sender.end()["error"] == "cancelled"
    assert state_of(sender, asset_id) == "aborted"


def test_what_nobody_goes_on_with_is_given_up(sender: Sender, door: StoreDoor, large_picture: Path) -> None:
    asset_id = under_way(sender, door, large_picture)
    sender.do("stop.abort()")
    let_go(sender, door)
    assert sender.end()["error"] == "stopped"
    assert [unfinished["asset_id"] for unfinished in sender.do("client.unfinished()")] == [asset_id]
    sender.do(f"client.abort({asset_id})")
    assert state_of(sender, asset_id) == "aborted"
    assert sender.do("client.unfinished()") == []
