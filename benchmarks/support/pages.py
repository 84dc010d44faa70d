"""The API's own WSGI application, and beside it at ``/bench/`` a folder of pages: they share the API's origin."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from mediadock.server.wsgi import application as api

FOLDER = "BENCHMARK_PAGES"
_PREFIX = "/bench/"


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if not path.startswith(_PREFIX):
        return api(environ, start_response)
    file = Path(os.environ[FOLDER]) / path.removeprefix(_PREFIX)
    if not file.is_file():
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")])
    return [file.read_bytes()]
