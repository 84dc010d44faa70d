"""A whole system whose pages, bytes and workers a test may stop, hold and break."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from browser.faults.door import StoreDoor
from browser.faults.wire import SocketWire
from hostile.poisoned import stub
from media.programs import crashes
from stack.breakable import BreakableServer, breakable_server
from stack.client import Api
from stack.files import ROOT
from stack.here import cannot_run
from stack.server import WORKERS

_PROGRAMS = ("relay", "socket", "web", *WORKERS)
_INDEX = "src/mediadock/server/web/index.html"


@dataclass
class Town:
    """``door`` is the only way to the store, ``wire`` the only way to the socket; every program runs at first."""

    server: BreakableServer
    door: StoreDoor
    wire: SocketWire
    settings: dict[str, str]
    is_odd: bool = False

    @property
    def url(self) -> str:
        return self.server.url

    def person(self, name: str) -> Api:
        """Somebody whom nobody else has met, of a name that one can read on a picture."""
        return self.server.api_as(f"{name} {uuid4().hex[:4]}")

    def start(self, *names: str) -> None:
        """Start what does not run."""
        for name in names:
            if name not in self.server.supervisor.running:
                self.server.start(name, **self.settings)

    def stop(self, *names: str) -> None:
        """Stop what runs."""
        self.server.stop(*(name for name in names if name in self.server.supervisor.running))

    def start_poisoned(self, *, folder: Path) -> None:
        """In the place of the films' worker, one whose FFmpeg crashes."""
        self.stop("films")
        environment = {"IMAGEIO_FFMPEG_EXE": str(stub(folder, crashes()))}
        self.server.start("poisoned", like="films", environment=environment, **self.settings)

    def restart_web(self, **settings: str) -> None:
        """With further ``MEDIADOCK_…`` settings; ``heal`` takes them away again."""
        self.stop("web")
        self.server.start("web", **self.settings, **settings)
        self.is_odd = bool(settings)

    def heal(self) -> None:
        """As it was at first, whatever a test has done."""
        self.stop("poisoned")
        self.start(*WORKERS)
        if self.is_odd:
            self.restart_web()
        self.wire.mend()
        self.door.forget()


def build_pages() -> Path:
    """The pages as the sources are now; nothing is built where nothing has changed."""
    built = subprocess.run(
        ["make", "--no-print-directory", _INDEX], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    if built.returncode != 0:
        cannot_run(f"the pages cannot be built: {built.stderr}")
    return (ROOT / _INDEX).parent


@contextmanager
def open_town(pages: Path) -> Iterator[Town]:
    """Without beat: what a test holds still, nobody else moves."""
    with breakable_server(without=("beat", *_PROGRAMS)) as server:
        stack = server.embedded.stack
        with StoreDoor(stack.seaweedfs.endpoint_url).open() as door, SocketWire(stack.ports.socket).open() as wire:
            settings = {"S3_PUBLIC_ENDPOINT": door.url, "WS_URL": wire.url, "WEB_FOLDER": str(pages)}
            town = Town(server, door, wire, settings)
            town.start(*_PROGRAMS)
            yield town
