"""The packed npm package, a project of the reader's, and servers that let a page of another origin in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.docs.backend import Backend, run_backend
from browser.docs.npm import SDK, Project, need_tools, pack, run
from media.pictures import encoded, quarters
from mediadock.local.application import application_environment, application_programs
from mediadock.local.ports import LOOPBACK, free_port
from stack.client import call
from stack.server import RunningServer
from stack.waiting import eventually

expect.set_options(timeout=60_000)  # what a picture may take on a busy machine; Playwright's own five seconds are none


@dataclass(frozen=True)
class Elsewhere:
    """A backend of the reader's and, on another origin, the server that their pages call at ``server``."""

    backend: Backend
    server: str


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, built from the sources as they are."""
    return pack(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def project(package: Path, tmp_path: Path) -> Project:
    """An empty project in which the package is installed."""
    return Project.create(tmp_path / "project", package=package)


@pytest.fixture(scope="session")
def one_file() -> None:
    """The SDK among the static files of the Django app, as ``make web`` puts it there, from the sources as they are."""
    need_tools()
    run("npm", "run", "--silent", "static", folder=SDK)


@pytest.fixture(scope="package")
def elsewhere(running_server: RunningServer, one_file: None) -> Iterator[Elsewhere]:
    """Web and socket beside the running ones, with the reader's origin in ``MEDIADOCK_ALLOWED_ORIGINS``."""
    embedded = running_server.embedded
    ports = replace(embedded.stack.ports, web=free_port(), socket=free_port())
    with run_backend() as backend, embedded.supervisor() as supervisor:
        origins = f"{embedded.environment['MEDIADOCK_ALLOWED_ORIGINS']},{backend.url}"
        server = f"http://{LOOPBACK}:{ports.web}"
        settings = {
            "MEDIADOCK_PUBLIC_URL": server,
            "MEDIADOCK_WS_URL": f"ws://{LOOPBACK}:{ports.socket}/ws/events/",
            "MEDIADOCK_ALLOWED_ORIGINS": origins,
        }
        env = application_environment(embedded.stack.environment() | settings)
        for program in application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule):
            if program.name in ("web", "socket"):
                supervisor.launch(program)
        supervisor.wait_ready()
        running_server.manage("ensure_bucket", ALLOWED_ORIGINS=origins)
        eventually(lambda: _store_lets_in(running_server, backend.url))
        yield Elsewhere(backend, server)
    running_server.manage("ensure_bucket")  # the bucket's rules are everybody's


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph of somebody's."""
    path = tmp_path / "pier.jpg"
    path.write_bytes(encoded(quarters(1280, 800), "jpeg"))
    return path


def _store_lets_in(server: RunningServer, origin: str) -> bool:
    """Whether a browser's question before a PUT is answered with yes; the store hears of new rules a moment later."""
    config = server.store.config
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,if-none-match",
    }
    answer = call("OPTIONS", f"{config.endpoint_url}/{config.bucket}/incoming/any", headers=asked)
    return answer.status == 200 and answer.headers.get("access-control-allow-origin") in (origin, "*")
