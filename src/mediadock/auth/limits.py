"""How many requests a user and an address may make; a burst of four seconds' worth is fine.

The address is that of the connection, or, where that is a proxy of ours, what the proxies of ours say in
``X-Forwarded-For``: the last entry that none of them is. IPv6 is counted by /64, which is what one customer gets.
Each process counts at once and settles with the others a moment later, see ``settled_buckets``. Services of the
operator's are not limited at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from mediadock.auth.buckets import Bucket, whole_seconds
from mediadock.auth.conf import auth_conf
from mediadock.auth.gateway import Peers
from mediadock.auth.principal import Principal
from mediadock.auth.settled_buckets import take_and_settle
from mediadock.core.errors import TooMany

BURST_S = 4


def count_request(environ: Mapping[str, Any], principal: Principal | None) -> None:
    """Count one request of this principal, or of nobody known. Raises TooMany (``rate_limited``)."""
    conf = auth_conf()
    if principal is not None and principal.is_service:
        return
    buckets = []
    if principal is not None and conf.requests_per_user:
        buckets.append(_bucket(f"user:{principal.user_id}", conf.requests_per_user))
    if conf.requests_per_address and (subject := _counted_address(address_of(environ))):
        buckets.append(_bucket(f"address:{subject}", conf.requests_per_address))
    if not buckets:
        return
    wait_s = take_and_settle(*buckets)
    if wait_s:
        raise TooMany("rate_limited", "Too many requests at once. Wait a moment.", retry_after_s=whole_seconds(wait_s))


def socket_bucket(user_id: int) -> Bucket | None:
    """How often a user may open a socket: a minute's worth at once. None where that is not limited."""
    per_minute = auth_conf().sockets_per_user
    return Bucket(f"socket:{user_id}", per_minute / 60, max(1, round(per_minute))) if per_minute else None


def address_of(environ: Mapping[str, Any]) -> str:
    """Where a request comes from; empty for a local socket without a proxy's word."""
    proxies = _trusted_proxies()
    address: str = environ.get("REMOTE_ADDR", "")
    if proxies is None:
        return address
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
    hops = [hop for entry in forwarded.split(",") if (hop := entry.strip())]
    while hops and address in proxies:
        address = hops.pop()
    return address


def _bucket(name: str, per_s: float) -> Bucket:
    return Bucket(name, per_s, max(1, round(BURST_S * per_s)))


@lru_cache(maxsize=1024)  # a process hears from few addresses, many times each
def _counted_address(address: str) -> str:
    """As it is counted; empty for what is no address, which a proxy of ours does not send."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{parsed.exploded[:19]}::/64"
    return address


@cache
def _trusted_proxies() -> Peers | None:
    entries = auth_conf().trusted_proxies
    return Peers.parse(entries) if entries else None
