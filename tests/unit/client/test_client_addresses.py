"""Where a client is sent: what is no address of a server is refused before a password goes anywhere."""

from __future__ import annotations

import pytest

from mediadock.client import Client, ClientError, RetryPolicy, Unreachable


@pytest.mark.parametrize(
    "address",
    [
        "",
        "media.example.org",
        "http://",
        "ftp://media.example.org",
        "http://media.example.org:port",
        "http://media.example.org:99999",
        "http://[::1",
        "http://media example.org",
        "http://alice:secret@media.example.org",
        "http://media.example.org/?a=b",
    ],
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(ClientError, match="is not the address of a server") as refusal:
        Client(address)
    assert refusal.value.code == "address_invalid"


def test_a_name_that_no_host_can_have_is_out_of_reach():
    client = Client(f"http://{'a' * 70}.example.org", "token", retry=RetryPolicy(tries=1))
    with client, pytest.raises(Unreachable):
        client.me()
