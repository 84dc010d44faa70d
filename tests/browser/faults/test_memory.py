"""600 MB from a page: the file stays on the disk, with and without a checksum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.faults.conftest import NETWORK_ERRORS
from browser.faults.door import StoreDoor
from browser.faults.files import holes
from browser.faults.memory import process_ids, watched
from browser.faults.sending import Sender
from browser.faults.site import Site
from browser.watching import Complaints
from stack.client import Api

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MB = 1_000_000
SIZE_BYTES = 600 * MB
MOST_BYTES = 150 * MB  # beyond what an empty page takes: that is Chromium's own, 70 to 110 MB


@pytest.fixture
def alone(launch: Callable[..., Browser], site: Site, person: Api, complaints: Complaints) -> Iterator[Sender]:
    """The only page of a browser of its own, so that its renderer is known."""
    browser = launch()
    page = browser.new_page()
    complaints.expect(NETWORK_ERRORS)
    complaints.watch(page)
    sender = Sender(page, site.url, person, {})
    sender.open()
    yield sender
    browser.close()
    assert complaints.unexpected() == []


@pytest.mark.parametrize("sha256", [False, True], ids=["plain", "with sha256"])
def test_a_page_that_sends_600_mb_stays_small(alone: Sender, door: StoreDoor, tmp_path: Path, sha256: bool) -> None:
    tape = holes(tmp_path / "tape.tar", size_bytes=SIZE_BYTES)
    browser = alone.page.context.browser
    assert browser is not None
    with watched(process_ids(browser, "renderer")) as page, watched(process_ids(browser, "browser")) as rest:
        alone.send(tape, sha256=sha256, follow=False)
        ended = alone.end("sent", within_s=400)
    assert "error" not in ended, ended
    assert sum(put.size_bytes for put in door.puts if put.status == 200) >= SIZE_BYTES
    assert door.sent_in_vain() == []
    for name, of in (("page", page), ("browser's own process", rest)):
        print(
            f"measured: {name}, sha256 {sha256}: {of.before_bytes / MB:.0f} MB before, {of.most_bytes / MB:.0f} at most"
        )
    assert page.growth_bytes < MOST_BYTES
    alone.person.delete(f"/assets/{ended['assetIds'][0]}/")
