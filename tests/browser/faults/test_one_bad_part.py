"""What may happen to one part of many, in the browser: it goes again, and the others do not notice."""

from __future__ import annotations

import time
from calendar import timegm
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from browser.faults.door import AnswerLost, Busy, Fault, Put, Reset, Silence, StoreDoor, wait_until
from browser.faults.files import PART_BYTES, PARTS
from browser.faults.original import is_whole
from browser.faults.sending import AT_A_TIME, Sender
from browser.faults.site import Site
from browser.faults.wire import SocketWire
from stack.client import Api

MIB = 1024 * 1024
SOON = {"parallel": AT_A_TIME, "retry": {"firstDelayS": 0.1}}
BEYOND_PATIENCE = "02:01"  # the SDK waits for 30 s while bytes go out, and for 120 s for the answer
SHORT_S = 8  # long enough for a fresh page of URLs to be used on a busy machine

System = Callable[..., AbstractContextManager[tuple[Site, StoreDoor, SocketWire]]]


@pytest.mark.parametrize(
    "fault",
    [Busy(), Busy(status=500), Busy(status=429, retry_after="1"), Reset(2 * MIB), Silence(MIB), Silence(PART_BYTES)],
    ids=["503", "500", "429", "reset", "stalled in its middle", "stalled after its end"],
)
def test_a_part_that_fails_twice_goes_a_third_time(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, notes: Path, fault: Fault
) -> None:
    door.fail(fault, part=5, times=2)
    sender = open_page(person, **SOON)
    sender.page.clock.install()
    sender.send(notes)
    for times in (1, 2) if isinstance(fault, Silence) else ():
        lose_patience(sender, door, times=times)
    ended = sender.done()
    assert door.faults_left == 0
    statuses = [put.status for put in door.puts if put.part == 5]
    assert statuses[:2] == [None, None], "the store has not heard of the first two"
    assert statuses[-1] == 200
    assert door.sent_in_vain() == []
    assert set(door.stored()) == set(range(1, PARTS + 1))
    assert is_whole(person, ended, notes)


def test_a_part_whose_answer_was_lost_is_not_sent_again(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, site: Site, notes: Path
) -> None:
    door.fail(AnswerLost(), part=5)
    sender = open_page(person, **SOON)
    sender.page.clock.install()
    sender.send(notes)
    lose_patience(sender, door)
    ended = sender.done()
    assert door.sent_in_vain() == []
    assert door.stored()[5] == 1
    assert site.calls(f"/chats/upload/{ended['assetIds'][0]}/parts/") >= 1
    assert is_whole(person, ended, notes)


def test_a_direct_upload_whose_answer_was_lost_is_not_sent_again(
    open_page: Callable[..., Sender], person: Api, door: StoreDoor, notes: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small.txt"
    small.write_bytes(notes.read_bytes()[: 3 * MIB])
    door.fail(AnswerLost())
    sender = open_page(person, **SOON)
    sender.page.clock.install()
    sender.send(small)
    lose_patience(sender, door, parts=1)
    ended = sender.done()
    assert [put.part for put in door.puts] == [0]
    assert is_whole(person, ended, small)


def test_urls_that_have_expired_are_replaced_page_by_page(
    system: System, open_page: Callable[..., Sender], person: Api, notes: Path
) -> None:
    with system(PART_URL_EXPIRY=str(SHORT_S)) as (site, door, _):
        sender = open_page(person, at=site, parallel=AT_A_TIME, urlsPerPage=4)
        sender.send_some(notes, parts=2, through=door)
        wait_until(max(map(expiry, door.puts)) + 1)
        door.release()
        ended = sender.done()
        refused = [put.part for put in door.puts if put.status == 403]
        assert refused, "the store must have refused what had expired"
        assert door.sent_in_vain() == []
        assert set(door.stored()) == set(range(1, PARTS + 1))
        assert is_whole(person, ended, notes)
        print(f"measured: {len(refused)} URLs refused, {site.calls('/chats/upload/prepare/') - 1} pages asked for")


def test_urls_that_have_expired_by_their_date_are_not_tried(
    sender: Sender, door: StoreDoor, site: Site, notes: Path
) -> None:
    sender.send_some(notes, parts=2, through=door)
    sender.do("(now => { Date.now = () => now() + 3_600_000 })(Date.now)")
    begun = len(door.puts)
    door.release()
    sender.done()
    signed = {put.url.split("X-Amz-Date=")[1][:16] for put in door.puts[:begun]}
    assert all(put.url.split("X-Amz-Date=")[1][:16] >= max(signed) for put in door.puts[begun:])
    assert site.calls("/chats/upload/prepare/") >= 2
    assert {put.status for put in door.puts} == {200}


def lose_patience(sender: Sender, door: StoreDoor, *, parts: int = PARTS, times: int = 1) -> None:
    """Once all but one part is there and that one is silent: only then time passes, and of no other part too much."""
    door.wait_silent(parts=parts, times=times)
    sender.lose_patience(BEYOND_PATIENCE)


def expiry(put: Put) -> float:
    """When the URL of a PUT expires, by the clock that store and server share."""
    query = parse_qs(urlsplit(put.url).query)
    signed = time.strptime(query["X-Amz-Date"][0] + " UTC", "%Y%m%dT%H%M%SZ %Z")
    return timegm(signed) + int(query["X-Amz-Expires"][0])
