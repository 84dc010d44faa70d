"""A page with the built SDK, served by a host without a chat; a door before its store that counts and holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from browser.faults.conftest import NETWORK_ERRORS, built_sdk
from browser.faults.door import StoreDoor
from browser.faults.sending import Sender
from browser.watching import Complaints
from docs.host_project import Host, run_media_host
from media.pictures import encoded, quarters
from mediadock.local.ports import LOOPBACK, free_port
from stack.client import Api, call
from stack.embedded import Embedded
from stack.waiting import eventually

__all__ = ["built_sdk"]  # pytest finds the fixture by its name here

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Media</title><link rel="icon" href="data:,">
<input type="file" id="files" multiple aria-label="Files">
<script type="module">
  import * as mediadock from "./sdk/index.js";
  import { declaredMedium, mediaSurface } from "./sdk/media.js";

  const placeOf = (client, profile) => mediaSurface(client, {
    profile,
    begin: (file, signal) => {
      const body = declaredMedium(file, profile);
      return client.api.request("POST", "/media/upload-session", { body, creates: true, signal });
    },
  });
  const createClient = (options) => {
    const client = mediadock.createClient({ ...options, events: { pollEveryS: 0.2 } });
    return { ...client, upload: (files, how) => client.upload(files, { ...how, to: placeOf(client, how.to) }) };
  };
  window.mediadock = { ...mediadock, createClient };
</script></html>"""
URLS = """
from pathlib import Path

from django.views.static import serve

urlpatterns.append(path("pages/<path:path>", serve, {"document_root": Path(__file__).parents[1] / "pages"}))
"""
SETTINGS = """
from dataclasses import replace

MEDIADOCK["store"] = replace(MEDIADOCK["store"], public_endpoint_url="{door}")
MEDIADOCK["ws_url"] = "{no_socket}"
"""
BESIDE = ("celery -A host worker -Q image,default -c 1 --loglevel WARNING", "python -m django run_relay")


@pytest.fixture(scope="package")
def whole_door(stack: Embedded) -> Iterator[StoreDoor]:
    with StoreDoor(stack.stack.seaweedfs.endpoint_url).open() as door:
        yield door


@pytest.fixture
def door(whole_door: StoreDoor) -> Iterator[StoreDoor]:
    yield whole_door
    whole_door.forget()


@pytest.fixture(scope="package")
def host(
    stack: Embedded, whole_door: StoreDoor, built_sdk: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """Its API with events by polling, its pages, a worker and a relay."""
    folder = tmp_path_factory.mktemp("media-host")
    shutil.copytree(built_sdk, folder / "pages" / "sdk")
    (folder / "pages" / "index.html").write_text(PAGE)
    settings = SETTINGS.format(door=whole_door.url, no_socket=f"ws://{LOOPBACK}:{free_port()}/ws/events/")
    with run_media_host(
        stack, folder=folder, database="browser_media", settings=settings, urls=URLS, beside=BESIDE
    ) as host:
        eventually(lambda: _store_lets_in(whole_door, host.url))
        yield host


@pytest.fixture(scope="package")
def people(host: Host) -> Iterator[Api]:
    """New people of the host's, one for each test."""
    made = host.make_people(10)
    return (Api(f"{host.url}/api/v1", token=token, user_id=user_id) for user_id, token in made)


@pytest.fixture
def sender(
    host: Host, people: Iterator[Api], door: StoreDoor, new_page: Callable[..., Page], complaints: Complaints
) -> Sender:
    """Somebody of the host's before its page; two connections, so that the third part waits for one that arrives."""
    complaints.expect(NETWORK_ERRORS)  # no socket is served, and what a test cuts is told
    sender = Sender(new_page(), f"{host.url}/pages/index.html", next(people), {"parallel": 2})
    sender.open()
    return sender


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one, for a single PUT."""
    path = tmp_path_factory.mktemp("pictures") / "pier.jpg"
    path.write_bytes(encoded(quarters(640, 400), "jpeg"))
    return path


@pytest.fixture(scope="session")
def large_picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of a little more than 10 MiB, which is three parts."""
    path = tmp_path_factory.mktemp("pictures") / "sand.png"
    pixels = np.random.default_rng(7).integers(0, 256, (1600, 2200, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, compress_level=1)
    return path


def _store_lets_in(door: StoreDoor, origin: str) -> bool:
    """Whether a browser's question before a PUT is answered with yes; the store hears of new rules a moment later."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,if-none-match",
    }
    answer = call("OPTIONS", f"{door.url}/host-media/incoming/any", headers=asked)
    return answer.status == 200 and answer.headers.get("access-control-allow-origin") in (origin, "*")
