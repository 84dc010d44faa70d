"""Files of every mode in one message, from the browser to the workers."""

from __future__ import annotations

from pathlib import Path

from browser.faults.door import StoreDoor
from browser.faults.sending import Sender
from media.documents import Page, document
from media.films import film
from media.pictures import photo_like

DIRECT_UP_TO_BYTES = 10 * 1024 * 1024


def test_a_picture_a_film_in_parts_and_a_document_end_ready(sender: Sender, door: StoreDoor, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("beach.jpg", "party.mp4", "menu.pdf")]
    noise = ("-crf", "18")
    bodies = [
        photo_like(800, 600),
        film(size=(640, 360), filters="noise=alls=60:allf=t", seconds=4, extra=noise),
        document(Page()),
    ]
    for file, body in zip(files, bodies, strict=True):
        file.write_bytes(body)
    assert len(bodies[1]) > DIRECT_UP_TO_BYTES
    sender.send(*files, text="Three of a kind")
    ended = sender.done(within_s=120)
    assert [asset["kind"] for asset in ended["assets"]] == ["image", "video", "file"]
    assert {asset["stage"] for asset in ended["assets"]} == {"done"}
    assert {asset["message_status"] for asset in ended["assets"]} >= {"sent"}
    assert all(asset["thumbnail_url"] for asset in ended["assets"])
    assert sorted(door.stored()) == [0, 1, 2, 3][: 1 + -(-len(bodies[1]) // (5 * 1024 * 1024))]
    assert door.sent_in_vain() == []
    stages = [tuple(told["stages"]) for told in sender.told()]
    assert stages[-1] == ("done", "done", "done")
    assert any("processing" in told or "thumbnail_ready" in told for told in stages)
