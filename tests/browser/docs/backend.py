"""The web server of somebody whose pages use Mediadock from another origin: files, and tokens for its own sessions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page

from mediadock.local.ports import LOOPBACK
from stack.client import Api


@dataclass
class Backend:
    """Serves ``folder``, which a test sets; knows people by a cookie."""

    port: int = 0
    folder: Path | None = None
    people: dict[str, Api] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://{LOOPBACK}:{self.port}"

    def sign_in(self, page: Page, person: Api) -> None:
        """Begin a session of this person in that browser."""
        session = uuid4().hex
        self.people[session] = person
        page.context.add_cookies([{"name": "session", "value": session, "url": self.url}])


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, backend: Backend) -> None:
        self.backend = backend
        super().__init__(*arguments, directory=str(backend.folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self.path == "/media-token":
            self._send(200, json.dumps({"token": self._person().token}).encode())
        elif self.path == "/favicon.ico":
            self._send(204, b"")
        else:
            super().do_GET()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: what a page could not load, it complains of itself."""

    def _person(self) -> Api:
        return self.backend.people[SimpleCookie(self.headers["Cookie"])["session"].value]

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def run_backend() -> Iterator[Backend]:
    """Start one on a free port; stop it at the end."""
    backend = Backend()
    with ThreadingHTTPServer((LOOPBACK, 0), partial(_Handler, backend=backend)) as server:
        backend.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield backend
        finally:
            server.shutdown()
            thread.join()
