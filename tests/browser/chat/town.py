"""A whole system whose pages, bytes and workers a test may stop, hold and break."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from stack.operators import Operator
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
    _held: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.server.url

    def person(self, name: str) -> Api:
        """Somebody whom nobody else has met, of a name that one can read on a picture."""
        return self.server.api_as(f"{name} {uuid4().hex[:4]}")

    def operator(self) -> Operator:
        """Who may do in the admin what the sweeper does when it is time."""
        operator = Operator(self.url, "operator", self.server.embedded.stack.credentials.operator_password)
        assert operator.sign_in().status == 302
        return operator

    def start(self, *names: str) -> None:
        """Start what does not run; what is held goes on where it was."""
        for name in names:
            if name in self._held:
                self.server.thaw(name)
                self._held.remove(name)
            elif name not in self.server.supervisor.running:
                self.server.start(name, **self.settings)

    def hold(self, *names: str) -> None:
        """Let what runs do nothing more, from this moment on: it is there again at once, other than what is stopped."""
        for name in names:
            self.server.freeze(name)
            self._held.add(name)

    def stop(self, *names: str) -> None:
        """Stop what runs."""
        self.start(*self._held.intersection(names))
        self.server.stop(*(name for name in names if name in self.server.supervisor.running))

    def start_poisoned(self, *, folder: Path) -> None:
        """In the place of the films' worker, one whose FFmpeg crashes."""
        self.stop("films")
        environment = {"IMAGEIO_FFMPEG_EXE": str(stub(folder, crashes()))}
        self.server.start("poisoned", like="films", environment=environment, **self.settings)

    def heal(self) -> None:
        """As it was at first, whatever a test has done."""
        self.stop("poisoned")
        self.start(*WORKERS)
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
