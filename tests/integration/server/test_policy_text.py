"""The policy names the deployment's own addresses and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediadock.server.headers import content_security_policy, origin_of
from mediadock.storage.config import StoreConfig

STORE = StoreConfig(
    endpoint_url="http://store.internal:8333", region="us-east-1", bucket="media", access_key="", secret_key=""
)
SOCKET = "wss://live.example.org/ws/events/"


def policy_of(store: StoreConfig = STORE, *, ws_url: str = SOCKET, cdn_base_url: str = "") -> dict[str, frozenset[str]]:
    """Sources by directive."""
    text = content_security_policy(store=store, ws_url=ws_url, cdn_base_url=cdn_base_url)
    named = [directive.split() for directive in text.split(";")]
    assert len({name for name, *_ in named}) == len(named), "a directive given twice is ignored"
    return {name: frozenset(sources) for name, *sources in named}


def test_scripts_and_styles_come_from_here_alone() -> None:
    policy = policy_of()
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}


def test_nothing_inline_or_evaluated_is_allowed_and_no_source_is_a_wildcard() -> None:
    policy = policy_of(cdn_base_url="https://cdn.example.org/media")
    sources = frozenset().union(*policy.values())
    assert not [source for source in sources if "unsafe" in source or "*" in source]
    assert not sources & {"http:", "https:", "ws:", "wss:"}


@pytest.mark.parametrize(
    ("store", "origin"),
    [
        (STORE, "http://store.internal:8333"),
        (replace(STORE, public_endpoint_url="https://s3.example.org"), "https://s3.example.org"),
        (
            replace(STORE, public_endpoint_url="https://s3.example.org", addressing="virtual"),
            "https://media.s3.example.org",
        ),
        (replace(STORE, endpoint_url="http://[::1]:8333", addressing="virtual"), "http://[::1]:8333"),
    ],
)
def test_media_come_from_the_store_as_browsers_see_it(store: StoreConfig, origin: str) -> None:
    policy = policy_of(store)
    assert policy["img-src"] == {"'self'", origin, "blob:", "data:"}
    assert policy["media-src"] == {"'self'", origin, "blob:"}
    assert policy["connect-src"] == {"'self'", origin, "wss://live.example.org"}


def test_a_cdn_shows_media_and_is_not_connected_to() -> None:
    policy = policy_of(cdn_base_url="https://cdn.example.org:8443/some/where")
    assert [name for name, sources in policy.items() if "https://cdn.example.org:8443" in sources] == [
        "img-src",
        "media-src",
    ]


@pytest.mark.parametrize("url", ["", "/ws/events/", "cdn.example.org", "https://", "https://a;b/", "https://*/", "x:y"])
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a server"):
        origin_of(url)
