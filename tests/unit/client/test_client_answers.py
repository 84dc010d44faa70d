"""Answers that break off: none is believed, and each is asked for again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mediadock.client import RetryPolicy, Unreachable
from mediadock.client.account import Account
from mediadock.client.comfyui import ComfyUI
from mediadock.client.connections import Connections

BODY = b'{"stage": 1234567890}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Other: some words\r\nConnection: close\r\n\r\n" % len(BODY)
WHOLE = HEAD + BODY
CUTS = range(len(WHOLE))


@contextmanager
def answering(answers: Iterator[bytes]) -> Iterator[str]:
    """A server that gives the next of these answers to each request, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                try:
                    line, _ = listener.accept()
                except OSError:  # closed
                    return
                with line:
                    while not line.recv(65536).endswith(b"\r\n\r\n"):
                        pass
                    line.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            serving.join()


def test_an_answer_that_is_cut_at_any_byte_of_it_is_no_answer() -> None:
    connections = Connections(read_timeout_s=10.0)
    with answering(WHOLE[:end] for end in CUTS) as url:
        for end in CUTS:
            with pytest.raises(Unreachable):
                print(end, connections.send("GET", url, headers={}))


def test_an_answer_that_is_cut_at_any_byte_of_it_is_asked_for_again() -> None:
    connections = Connections(read_timeout_s=10.0)
    with answering(answer for end in CUTS for answer in (WHOLE[:end], WHOLE)) as url:
        account = Account(url, tokens=None, connections=connections, policy=RetryPolicy(first_delay_s=0.0))
        for end in CUTS:
            assert account.get("/assets/1/").integer("stage") == 1234567890, end


def test_an_image_generator_that_breaks_off_is_unreachable() -> None:
    with answering(WHOLE[:end] for end in CUTS) as url:
        for end in CUTS:
            with pytest.raises(Unreachable):
                print(end, ComfyUI(url, timeout_s=10.0).images_of("1"))
