"""Where the store is: what is accepted, and what it becomes."""

from __future__ import annotations

import pytest

from mediadock.storage.config import StoreConfig


def make(endpoint_url: str = "http://127.0.0.1:8333", **changes) -> StoreConfig:
    values = {"region": "us-east-1", "bucket": "media", "access_key": "AK", "secret_key": "very-secret"} | changes
    return StoreConfig(endpoint_url, **values)


@pytest.mark.parametrize(
    "endpoint_url",
    [
        "",
        "127.0.0.1:8333",
        "ftp://h",
        "http://",
        "http://h/path",
        "http://h?q=1",
        "http://u:p@h",
        "http://h#f",
        "http://h:x",
    ],
)
def test_an_endpoint_that_is_more_or_less_than_a_host_is_refused(endpoint_url):
    with pytest.raises(ValueError, match=r"endpoint|[Pp]ort"):
        make(endpoint_url)
    with pytest.raises(ValueError, match=r"endpoint|[Pp]ort"):
        make(public_endpoint_url=endpoint_url or "http://")


@pytest.mark.parametrize("bucket", ["", "ab", "-ab", "Media", "me/dia", "média", "a" * 64, "media\n"])
def test_a_bucket_that_is_no_dns_name_is_refused(bucket):
    with pytest.raises(ValueError, match="bucket"):
        make(bucket=bucket)


def test_secrets_are_not_shown():
    shown = repr(make(session_token="very-token"))
    assert "very-secret" not in shown
    assert "very-token" not in shown


@pytest.mark.parametrize(
    ("endpoint_url", "addressing", "host_header", "path"),
    [
        ("http://h:8333", "path", "h:8333", "/media/a%20b/c"),
        ("http://h:80/", "path", "h", "/media/a%20b/c"),
        ("https://h:443", "path", "h", "/media/a%20b/c"),
        ("https://H.example", "virtual", "media.h.example", "/a%20b/c"),
        ("http://127.0.0.1:1", "virtual", "127.0.0.1:1", "/media/a%20b/c"),
        ("http://[::1]:1", "path", "[::1]:1", "/media/a%20b/c"),
    ],
)
def test_an_address_is_what_is_signed_and_sent(endpoint_url, addressing, host_header, path):
    address = make(endpoint_url, addressing=addressing).address(public=False)
    assert address.host_header == host_header
    assert address.path("a b/c") == path
