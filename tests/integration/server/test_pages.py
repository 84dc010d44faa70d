"""The pages at ``/``, from a folder of this test's own: which headers they have, and what is said without them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.client import Answer, call
from stack.embedded import Embedded
from stack.web import QuietWeb, run_quiet_web

INDEX = b'<!doctype html><script type="module" src="/assets/index-Ab3_x-9Q.js"></script>'
SCRIPT = b"export const answer = 42;\n" * 200
CDN = "https://cdn.example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("web")
    (built / "index.html").write_bytes(INDEX)
    (built / "favicon.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    (built / "assets").mkdir()
    (built / "assets" / "index-Ab3_x-9Q.js").write_bytes(SCRIPT)
    (built / "assets" / "index-Ab3_x-9Q.js.gz").write_bytes(gzip.compress(SCRIPT))
    (built / "assets" / "plain.css").write_bytes(b"body { margin: 0 }")
    return built


@pytest.fixture(scope="module")
def pages(stack: Embedded, folder: Path) -> Iterator[QuietWeb]:
    with run_quiet_web(stack, MEDIADOCK_WEB_FOLDER=str(folder), MEDIADOCK_CDN_BASE_URL=CDN) as web:
        yield web


def get(web: QuietWeb, path: str, method: str = "GET", **headers: str) -> Answer:
    return call(method, web.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_index_is_asked_for_each_time_and_not_sent_again(pages: QuietWeb) -> None:
    index = get(pages, "/")
    assert (index.status, index.body) == (200, INDEX)
    assert index.headers["content-type"].startswith("text/html")
    assert index.headers["cache-control"] == "no-cache"
    again = get(pages, "/", If_None_Match=index.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == index.headers["etag"]
    assert get(pages, "/", "HEAD").headers["content-length"] == str(len(INDEX))


def test_another_index_of_the_same_length_and_time_is_told_apart(stack: Embedded, folder: Path, tmp_path: Path) -> None:
    def etag_of(content: bytes) -> str:
        (tmp_path / "index.html").write_bytes(content)
        os.utime(tmp_path / "index.html", (1, 1))
        with run_quiet_web(stack, MEDIADOCK_WEB_FOLDER=str(tmp_path)) as web:
            return get(web, "/").headers["etag"]

    assert etag_of(INDEX) != etag_of(INDEX.replace(b"9Q", b"9R"))


def test_what_has_its_hash_in_its_name_is_kept_and_nothing_else(pages: QuietWeb) -> None:
    assert get(pages, "/assets/index-Ab3_x-9Q.js").headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/favicon.svg", "/assets/plain.css"):
        assert get(pages, path).headers["cache-control"] == "no-cache", path


def test_what_was_compressed_is_sent_so_to_who_takes_it(pages: QuietWeb) -> None:
    small = get(pages, "/assets/index-Ab3_x-9Q.js", Accept_Encoding="gzip, deflate, br")
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == SCRIPT
    large = get(pages, "/assets/index-Ab3_x-9Q.js")
    assert "content-encoding" not in large.headers
    assert large.body == SCRIPT
    assert large.headers["vary"] == small.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/index-Ab3_x-9Q.js"])
def test_every_file_says_what_a_browser_may_do_with_it(pages: QuietWeb, stack: Embedded, path: str) -> None:
    headers = get(pages, path).headers
    policy = dict(directive.strip().split(" ", 1) for directive in headers["content-security-policy"].split(";"))
    store, socket = stack.stack.seaweedfs.endpoint_url, f"ws://127.0.0.1:{stack.stack.ports.socket}"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {store} {socket}"
    assert policy["img-src"] == f"'self' {store} {CDN} blob: data:"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "microphone=(self)" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_nothing_but_the_files_of_the_folder_is_there(pages: QuietWeb, folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("nobody reads this")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets/", "/nothing.js"):
        answer = get(pages, path)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert get(pages, "/index.html").status == 302


def test_the_api_and_its_documents_are_beside_the_pages(pages: QuietWeb) -> None:
    assert pages.anonymous().get("/config").status == 200
    assert pages.anonymous().get("/users/me").status == 401
    documents = pages.anonymous().get("/docs")
    assert documents.status == 200
    assert documents.headers["x-frame-options"] == "DENY"
    script = get(pages, "/static/ninja/swagger-ui-init.js")
    assert (script.status, script.headers["x-content-type-options"]) == (200, "nosniff")


def test_answers_of_the_api_are_never_taken_for_something_else(pages: QuietWeb) -> None:
    for path in ("/config", "/users/me", "/nothing"):
        headers = pages.anonymous().get(path).headers
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "content-security-policy" not in headers


def test_without_pages_the_root_says_how_to_build_them(stack: Embedded, tmp_path: Path) -> None:
    with run_quiet_web(stack, MEDIADOCK_WEB_FOLDER=str(tmp_path / "nothing")) as web:
        answer = get(web, "/")
        assert answer.status == 404
        assert b"make web" in answer.body
        assert b'href="/api/v1/docs"' in answer.body
        assert web.anonymous().get("/config").status == 200


def test_where_no_pages_are_wanted_the_root_leads_to_the_documents(stack: Embedded) -> None:
    with run_quiet_web(stack, MEDIADOCK_WEB_FOLDER="none") as web:
        answer = get(web, "/")
        assert (answer.status, answer.headers["location"]) == (302, "/api/v1/docs")
