"""Where a delivery may go: not to this machine, its network or a cloud's metadata, by any name."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from mediadock.webhooks.addresses import RefusedAddressError, addresses_of, target_of

NOWHERE = (
    "127.0.0.1", "127.8.9.10", "[::1]", "0.0.0.0", "[::]", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::1]", "[2002:a9fe:a9fe::]",
    "[::127.0.0.1]", "224.0.0.1", "[ff02::1]", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "0xa9fea9fe", "2852039166",
    "localhost", "LOCALHOST", "[fec0::1]", "[3fff::1]", "[5f00::1]", "[2001:db8::1]", "[64:ff9b:1::808:808]",
    "[64:ff9b:1:7f00:0:100::]", "[2001:0:808:808::1]", "192.0.0.192", "192.88.99.1", "168.63.129.16",
)  # fmt: skip


@pytest.mark.parametrize("host", NOWHERE)
def test_an_address_that_is_not_public_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="not public"):
        addresses_of(target_of(f"https://{host}/hooks"), allowed=())


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("[::1]", "::1/128"),
        ("10.0.3.4", "10.0.3.0/24"),
        ("[::ffff:10.0.3.4]", "10.0.3.0/24"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_the_operator_names_may_be_reached_also_without_tls(scheme: str, host: str, network: str) -> None:
    assert addresses_of(target_of(f"{scheme}://{host}/"), allowed=[ip_network(network)])


@pytest.mark.parametrize(
    ("host", "is_in"), [("10.0.2.255", False), ("10.0.3.0", True), ("10.0.3.255", True), ("10.0.4.0", False)]
)
def test_a_named_network_ends_where_it_ends(host: str, is_in: bool) -> None:
    target = target_of(f"https://{host}/")
    if is_in:
        assert addresses_of(target, allowed=[ip_network("10.0.3.0/24")])
    else:
        with pytest.raises(RefusedAddressError):
            addresses_of(target, allowed=[ip_network("10.0.3.0/24")])


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1]"])
def test_the_internet_is_reached_by_tls_only(host: str) -> None:
    assert addresses_of(target_of(f"https://{host}/"), allowed=())
    with pytest.raises(RefusedAddressError, match="use https"):
        addresses_of(target_of(f"http://{host}/"), allowed=[ip_network("127.0.0.0/8")])


def test_a_name_with_one_address_too_many_is_refused_whole() -> None:
    with pytest.raises(RefusedAddressError):
        addresses_of(target_of("https://localhost/"), allowed=[ip_network("192.168.0.0/16")])


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "https://",
        "https:///hooks", "https://user@example.org/", "https://user:word@example.org/", "https://example.org/#part",
        "https://example.org:0/", "https://example.org:99999/", "https://example.org:port/", "https://[::1/",
        "https://exa mple.org/", "https://example.org/\r\nX-Forged: 1", "https://exämple.org/",
        "https://e.org/" + "a" * 2000, "https://127%2e0%2e0%2e1/", "https://[fe80::1%25eth0]/", "https://[v1.a]/",
        "https://example.org\\.example.com/", "https://example.org\\@10.0.0.1/", "https://example.org@10.0.0.1/",
        "https://①②⑦.0.0.1/", "https://example.org:/\t", "https://<script>/", "https://a,b/",
    ],
)  # fmt: skip
def test_what_is_no_url_of_an_endpoint_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        target_of(url)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example"])
def test_what_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="no host name"):
        addresses_of(target_of(f"https://{host}/"), allowed=())


def test_a_url_is_taken_apart() -> None:
    target = target_of("https://Hooks.Example.org:8443/in/%7Ea?x=1&y=2")
    assert (target.host, target.port, target.path) == ("hooks.example.org", 8443, "/in/%7Ea?x=1&y=2")
    assert target_of("https://[2606:4700::1]/?a[]=1").path == "/?a[]=1"
    assert (target_of("https://example.org").port, target_of("https://example.org").path) == (443, "/")
