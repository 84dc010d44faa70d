"""Which pages may open a socket, and how a handshake is read."""

from __future__ import annotations

from typing import Any

import pytest

from mediadock.auth.websocket import check_origin, read_handshake
from mediadock.core.errors import Forbidden

ALLOWED = ("https://chat.example", "http://127.0.0.1:8000/")


def scope(*origins: str, query: str = "", subprotocols: tuple[str, ...] = ()) -> dict[str, Any]:
    headers = [(b"origin", origin.encode()) for origin in origins]
    return {"headers": headers, "query_string": query.encode(), "subprotocols": list(subprotocols)}


@pytest.mark.parametrize("origin", ["https://chat.example", "HTTPS://Chat.Example", "http://127.0.0.1:8000"])
def test_a_page_of_ours_may(origin: str) -> None:
    check_origin(read_handshake(scope(origin)), ALLOWED)


def test_what_is_no_page_may() -> None:
    check_origin(read_handshake(scope()), ALLOWED)


@pytest.mark.parametrize(
    "origins",
    [
        ("https://evil.example",),
        ("null",),
        ("",),
        ("http://chat.example",),
        ("https://chat.example:8443",),
        ("https://chat.example.evil.example",),
        ("https://evil.example/https://chat.example",),
        ("https://chat.example", "https://evil.example"),
        ("https://chat.example, https://evil.example",),
    ],
)
def test_any_other_page_may_not(origins: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden):
        check_origin(read_handshake(scope(*origins)), ALLOWED)


def test_the_star_of_the_local_stack_lets_every_page_in() -> None:
    check_origin(read_handshake(scope("https://any.example")), ("*",))


def test_a_parameter_given_twice_counts_as_empty() -> None:
    handshake = read_handshake(scope(query="ticket=a&ticket=b&after=3"))
    assert handshake.query == {"ticket": "", "after": "3"}


def test_secrets_are_in_no_representation() -> None:
    handshake = read_handshake(scope(query="ticket=geheim", subprotocols=("mediadock", "bearer.geheim")))
    assert "geheim" not in repr(handshake)
    assert handshake.chosen_subprotocol == "mediadock"
