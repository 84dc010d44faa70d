"""docs/clients.md, Django template: a host project of its own, its own sessions, no Node."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.docs.arriving import received, wait_for_pictures
from browser.docs.host import HostWithPages, run_host
from browser.watching import Complaints
from stack.embedded import Embedded


@pytest.fixture(scope="module")
def host(stack: Embedded, one_file: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostWithPages]:
    with run_host(stack, folder=tmp_path_factory.mktemp("host-project"), database="docs_clients") as host:
        yield host


def test_a_picture_of_the_template_is_ready_at_the_other_person(
    page: Page, host: HostWithPages, complaints: Complaints, picture: Path
) -> None:
    complaints.expect("WebSocket connection to", "favicon.ico")  # the project has neither
    sender, reader = host.person("carol"), host.person("dave")
    page.context.add_cookies([{"name": "sessionid", "value": sender.session, "url": host.url}])

    page.goto(f"{host.url}/send/{reader.api.user_id}/")
    expect(page.locator("input")).to_be_enabled()
    page.set_input_files("input", picture)
    wait_for_pictures(page)
    expect(page.locator("progress")).to_have_js_property("value", 1)

    assert sender.api.user_id is not None
    assert received(reader.api, sender_id=sender.api.user_id, file_name=picture.name)["state"] == "ready"


def test_who_is_not_signed_in_gets_no_token(page: Page, host: HostWithPages) -> None:
    answer = page.request.get(f"{host.url}/media-token", max_redirects=0)
    assert answer.status == 302
    assert "token" not in answer.text()


def test_the_file_may_be_renamed_by_the_storage_of_a_deployment(host: HostWithPages) -> None:
    with tempfile.TemporaryDirectory() as collected:
        settings = host.folder / "host" / "deployed.py"
        settings.write_text(
            "from host.settings import *\n"
            f"STATIC_ROOT = {collected!r}\n"
            'STORAGES = {"staticfiles": {"BACKEND": '
            '"django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}\n'
        )
        host.manage("collectstatic", "--no-input", "--settings", "host.deployed")
        renamed = list(Path(collected, "mediadock").glob("index.*.js"))
        assert len(renamed) == 1
        assert renamed[0].read_bytes() == Path(collected, "mediadock", "index.js").read_bytes()
