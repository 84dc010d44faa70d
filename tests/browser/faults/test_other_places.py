"""An upload that goes on elsewhere: after a reload, in another tab, on another device. Only what is missing is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser.faults.door import StoreDoor
from browser.faults.files import PARTS
from browser.faults.original import is_whole
from browser.faults.sending import AT_A_TIME, Sender
from browser.faults.site import Site
from stack.client import Api

AT_60_PERCENT = 8  # of twelve parts


@pytest.mark.parametrize("page_of", [500, 3, 1])
def test_a_reload_goes_on_with_what_is_missing(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, site: Site, notes: Path, page_of: int
) -> None:
    sender = open_page(person, parallel=AT_A_TIME, urlsPerPage=page_of)
    sender.send_some(notes, parts=AT_60_PERCENT if page_of == 500 else 2, through=door)
    sender.page.reload()
    door.let_go()
    had = set(door.stored())
    site.asked.clear()
    sender.open()
    sender.send(notes)
    ended = sender.done()
    assert ended["resumed"]
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
    pages = site.calls("/chats/upload/prepare/")
    assert -(-(PARTS - len(had)) // page_of) <= pages <= PARTS - len(had)
    assert pages == 1 or page_of < 500
    assert is_whole(person, ended, notes)


def test_another_device_takes_over_and_the_first_finds_all_done(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, notes: Path
) -> None:
    first, second = open_page(person, parallel=AT_A_TIME), open_page(person, parallel=AT_A_TIME)
    first.send_some(notes, parts=AT_60_PERCENT, through=door)
    first.page.context.set_offline(True)
    door.cut()
    first.wait("upload.progress.offline")
    first.wait_hung_up()
    door.mend()
    second.send(notes)
    ended = second.done()
    assert ended["resumed"]
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
    assert door.sent_in_vain() == []
    first.page.context.set_offline(False)
    assert first.done()["assetIds"] == ended["assetIds"]
    assert door.sent_in_vain() == [], "the first asks before it goes on"
    assert is_whole(person, ended, notes)


def test_another_file_of_the_same_name_and_size_is_not_mixed_in(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, notes: Path, tmp_path: Path
) -> None:
    first, second = open_page(person, parallel=AT_A_TIME), open_page(person, parallel=AT_A_TIME)
    first.send_some(notes, parts=4, through=door)
    first.page.close()
    door.let_go()
    other = tmp_path / notes.name
    other.write_bytes(notes.read_bytes().replace(b"1", b"2"))
    second.send(other)
    ended = second.done()
    assert not ended["resumed"]
    assert is_whole(person, ended, other)


def test_two_tabs_at_once_end_with_one_whole_file(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, notes: Path
) -> None:
    first = open_page(person, parallel=AT_A_TIME)
    second = open_page(person, within=first, parallel=AT_A_TIME)
    first.send_some(notes, parts=4, through=door)
    second.send(notes)
    second.wait("upload.progress.files[0].assetId !== null")
    door.release()
    ended, also = first.done(), second.done()
    assert also["assetIds"] == ended["assetIds"]
    assert is_whole(person, ended, notes)
    assert door.sent_in_vain() == []
    assert door.stored() == dict.fromkeys(range(1, PARTS + 1), 1)
