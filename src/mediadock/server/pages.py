"""The pages at ``/``: files that Vite built, found once when the process starts; and what is said where none are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import django.contrib
import ninja
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from whitenoise import WhiteNoise

import mediadock.api
import mediadock.uploads

_INDEX = "index.html"
_HASHED_NAME = re.compile(r"^/assets/.+-[\w-]{8,}\.\w+$")
_A_YEAR_S = 31_536_000
_SDK = "mediadock/index.js"
_SDK_FOLDER = Path(mediadock.api.__file__).parent / "static"
_HOW_TO_BUILD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mediadock</title></head>
<body>
<h1>The pages are not built</h1>
<p>In a clone of the repository, <code>make web</code> builds them; then start the server again.</p>
<p>Everything else works: <a href="/api/v1/docs">the API</a>.</p>
</body>
</html>
"""

Application = Callable[..., Any]
"""A WSGI application."""


def are_built(folder: Path) -> bool:
    """Whether there are pages in ``folder``."""
    return (folder / _INDEX).is_file()


def operators_files() -> tuple[Path, ...]:
    """Folders of static files of the operators' pages: Django's and the engine's."""
    return Path(django.contrib.__file__).parent / "admin/static", Path(mediadock.uploads.__file__).parent / "static"


def with_static_files(
    application: Application,
    *,
    static_url: str,
    pages: Path | None,
    headers: Mapping[str, str],
    further: Iterable[Path] = (),
) -> Application:
    """``application`` behind the files of the API's documents, of the SDK and of the pages, these with ``headers``.

    ``further`` are more folders of static files. The SDK and the pages where they are built. The SDK may be loaded by
    pages of any origin, as if a CDN had it.
    A file is asked for again each time (``no-cache``, answered by 304), but one whose name holds the hash of its
    content is kept for a year. What was compressed beforehand (``.br``, ``.gz`` beside it) is sent so to who takes it.
    """

    def describe(response: Any, path: str, url: str) -> None:  # noqa: ANN401 - WhiteNoise's headers have no types
        response["X-Content-Type-Options"] = "nosniff"
        if url == static_url + _SDK:
            response["Access-Control-Allow-Origin"] = "*"
        if url.startswith(static_url):
            return
        for name, value in headers.items():
            response[name] = value
        # Times are no proof: reproducible images give all files the same one, and an index keeps its length.
        # Weak, because it stands for the compressed answers as well.
        response["ETag"] = f'W/"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]}"'
        hashed = _HASHED_NAME.match(url)
        response["Cache-Control"] = f"public, max-age={_A_YEAR_S}, immutable" if hashed else "no-cache"

    files = WhiteNoise(application, index_file=_INDEX, allow_all_origins=False, add_headers_function=describe)
    for folder in (Path(ninja.__file__).parent / "static", *further):
        files.add_files(folder, prefix=static_url)
    if _SDK_FOLDER.is_dir():
        files.add_files(_SDK_FOLDER, prefix=static_url)
    if pages is not None and are_built(pages):
        files.add_files(pages, prefix="/")
    return files  # type: ignore[no-any-return]  # it has no types


@require_safe
def no_pages(_request: HttpRequest) -> HttpResponse:
    """What ``/`` says where pages should be and are not."""
    response = HttpResponse(_HOW_TO_BUILD, status=404)
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def to_the_documents(_request: HttpRequest) -> HttpResponse:
    """Where ``/`` leads when no pages are wanted."""
    return redirect("mediadock:openapi-view")
