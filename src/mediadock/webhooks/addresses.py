"""Where deliveries may go: public addresses by https, and the networks that the operator names. No redirect is asked.

A name is resolved once an attempt and the connection made to what was judged, so a name that resolves to something
else a moment later leads nowhere (DNS rebinding). All its addresses must be allowed. An address in any other spelling
(decimal, hexadecimal, octal, short) is judged as the resolver understands it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
_MOST_CHARACTERS = 2000
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f.:]*:[0-9a-f.:]*")
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA gives out; what else there is of IPv6 is of a site, of a link, of tests, or nothing yet."""
_NOT_PUBLIC_EITHER = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("3fff::/20"),
)
"""What Python 3.11 calls global: of protocols (and a cloud's metadata), old relays, Azure's hosts, documentation."""


class RefusedAddressError(Exception):
    """Nothing may be sent there; the text says why and names no address that a name resolved to."""


@dataclass(frozen=True)
class Target:
    """A webhook's URL, taken apart. ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_plain(self) -> bool:
        """Whether no TLS is asked for."""
        return self.scheme == "http"


def target_of(url: str) -> Target:
    """The parts of a URL that may be an endpoint's. Raises ``RefusedAddressError``."""
    if len(url) > _MOST_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedAddressError("An endpoint's URL is at most 2000 printable ASCII characters without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedAddressError("This is no URL.") from None
    host = parts.hostname or ""
    is_host = _HOST.fullmatch(host) and ("[" in parts.netloc) == (":" in host)
    if parts.scheme not in ("http", "https") or not is_host or port == 0:
        raise RefusedAddressError("An endpoint's URL is https://host/path.")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise RefusedAddressError("An endpoint's URL has no user, no password and no fragment.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def addresses_of(target: Target, *, allowed: Sequence[IPv4Network | IPv6Network]) -> list[Address]:
    """What the name resolves to, all of it allowed. Raises ``RefusedAddressError``, and OSError when it does not."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or too long
        raise RefusedAddressError("This is no host name.") from None
    addresses = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
    for address in addresses:
        _judge(address, plain=target.is_plain, allowed=allowed)
    return addresses


def _judge(address: Address, *, plain: bool, allowed: Sequence[IPv4Network | IPv6Network]) -> None:
    reached = _reached(address)
    if any(reached.version == network.version and reached in network for network in allowed):
        return
    if not is_public(reached):
        raise RefusedAddressError(
            "The host's address is not public: MEDIADOCK_WEBHOOK_PRIVATE_NETWORKS does not name it."
        )
    if plain:
        raise RefusedAddressError("http is for the networks of MEDIADOCK_WEBHOOK_PRIVATE_NETWORKS only: use https.")


def is_public(address: Address) -> bool:
    """Whether the whole Internet would find it: nothing private, of the machine, of the link, shared or reserved."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address.version == network.version and address in network for network in _NOT_PUBLIC_EITHER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _reached(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it is of a kind that does.

    A network's own translation (``64:ff9b:1::/48``) has it where that network likes, so it is judged as it stands.
    """
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
