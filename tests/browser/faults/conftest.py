"""A page with the built SDK, the real servers, and a door before the store that counts and fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.faults.door import StoreDoor
from browser.faults.files import PART_BYTES, PARTS, letters
from browser.faults.sending import AT_A_TIME, Sender
from browser.faults.site import Site
from browser.faults.wire import SocketWire
from browser.watching import Complaints
from mediadock.local.application import application_programs
from mediadock.local.ports import free_port
from stack.client import Api
from stack.files import ROOT
from stack.here import cannot_run
from stack.server import RunningServer

NETWORK_ERRORS = r"Failed to load resource|WebSocket connection|blocked by CORS policy"
"""What Chromium itself writes on the console when a request fails. Here requests are meant to."""

_ORIGINS: list[str] = []


@pytest.fixture(scope="session")
def built_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK as it is published, built from what is there now."""
    package, folder = ROOT / "clients" / "js", tmp_path_factory.mktemp("sdk")
    path = os.pathsep.join([os.environ["PATH"], str(ROOT / ".venv" / "bin")])
    node = shutil.which("node", path=path)
    if node is None or not (package / "node_modules").is_dir():
        cannot_run("the TypeScript SDK cannot be built: make web")
    argv = (node, str(package / "scripts" / "build.mjs"), str(folder))
    built = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="package")
def doors(running_server: RunningServer, built_sdk: Path) -> Iterator[tuple[Site, StoreDoor, SocketWire]]:
    """Web and socket processes of the running system that a page reaches by doors of ours only."""
    with _system(running_server, built_sdk) as doors:
        yield doors


@pytest.fixture
def site(doors: tuple[Site, StoreDoor, SocketWire]) -> Site:
    doors[0].asked.clear()
    return doors[0]


@pytest.fixture
def door(doors: tuple[Site, StoreDoor, SocketWire]) -> Iterator[StoreDoor]:
    yield doors[1]
    doors[1].forget()


@pytest.fixture
def wire(doors: tuple[Site, StoreDoor, SocketWire]) -> Iterator[SocketWire]:
    yield doors[2]
    doors[2].mend()


@pytest.fixture
def person(running_server: RunningServer) -> Api:
    return running_server.api_as_somebody()


@pytest.fixture
def open_page(new_page: Callable[..., Page], complaints: Complaints, site: Site) -> Callable[..., Sender]:
    """The page with the SDK in a browser of its own, or ``within`` that of another page, for somebody."""
    complaints.expect(NETWORK_ERRORS)

    def open_page(person: Api, *, at: Site = site, within: Sender | None = None, **client: object) -> Sender:
        sender = Sender(new_page(within=within and within.page), at.url, person, client)
        sender.open()
        return sender

    return open_page


@pytest.fixture
def sender(open_page: Callable[..., Sender], person: Api, door: StoreDoor) -> Sender:
    """One page."""
    return open_page(person, parallel=AT_A_TIME)


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document that any worker takes as it is; its last part is shorter than the others."""
    return letters(tmp_path_factory.mktemp("notes") / "notes.txt", size_bytes=PARTS * PART_BYTES - 1000)


@pytest.fixture(scope="session")
def system(running_server: RunningServer, built_sdk: Path) -> Callable[..., object]:
    """Another set of doors, to processes with further ``MEDIADOCK_…`` settings."""
    return lambda **settings: _system(running_server, built_sdk, **settings)


@contextmanager
def _system(server: RunningServer, sdk: Path, **settings: str) -> Iterator[tuple[Site, StoreDoor, SocketWire]]:
    embedded = server.embedded
    ports = replace(embedded.stack.ports, web=free_port(), socket=free_port())
    with ExitStack() as stack:
        door = stack.enter_context(StoreDoor(embedded.stack.seaweedfs.endpoint_url).open())
        site = stack.enter_context(Site(sdk, f"http://127.0.0.1:{ports.web}").open())
        wire = stack.enter_context(SocketWire(ports.socket).open())
        _ORIGINS.append(site.url)  # the bucket has one list: those of other doors stay on it
        origins = ",".join([embedded.environment["MEDIADOCK_ALLOWED_ORIGINS"], *_ORIGINS])
        server.manage("ensure_bucket", ALLOWED_ORIGINS=origins)
        env = embedded.environment | {
            "MEDIADOCK_S3_PUBLIC_ENDPOINT": door.url,
            "MEDIADOCK_WS_URL": wire.url,
            "MEDIADOCK_ALLOWED_ORIGINS": origins,
            **{f"MEDIADOCK_{name}": value for name, value in settings.items()},
        }
        supervisor = stack.enter_context(embedded.supervisor())
        for program in application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule):
            if program.name in ("web", "socket"):
                supervisor.launch(program)
        supervisor.wait_ready()
        yield site, door, wire
