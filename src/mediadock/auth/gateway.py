"""Identities that a trusted gateway vouches for: ``sign`` makes its headers, ``believe`` reads them. Pure.

How it works: the headers name a user, and an HMAC-SHA256 with a secret of the deployment covers everything that they
say and the request that they were made for::

    mediadock-gateway-v1 ⏎ user ⏎ scope ⏎ expires ⏎ time ⏎ METHOD ⏎ target

No field can hold a line break, so no two requests have the same text. Times are seconds since the epoch; ``target`` is
the path, percent-encoded anew, and the raw query. A signature is good for ``WINDOW_S`` to both sides of its time.
What it cannot do: it does not cover the body, and the same request can be sent again while it is good. Whoever could
do either is between the gateway and us.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from mediadock.auth.claims import user_id_of
from mediadock.auth.principal import Principal
from mediadock.core.errors import Unauthenticated

WINDOW_S: Final = 60
MIN_SECRET_BYTES: Final = 32  # the size of the hash, as for tokens
UNIX: Final = "unix"
"""In a list of peers: who comes through a Unix socket, which has no address."""

_MAX_KNOWN: Final = 1024
"""Addresses whose answer is remembered: a gateway has few, and reading one costs as much as a signature."""

_VERSION: Final = "mediadock-gateway-v1"
_SCOPE: Final = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*", re.ASCII)
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)


@dataclass(frozen=True)
class Peers:
    """Whose connections may bring identities; without any, everybody who can sign."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False
    _known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Peers:
        """Addresses, networks (``10.0.0.0/8``) and ``unix``. Raises ValueError for anything else."""
        listed = tuple(entries)
        return cls(tuple(ip_network(entry) for entry in listed if entry != UNIX), UNIX in listed)

    def __contains__(self, address: str) -> bool:
        listed = self._known.get(address)
        if listed is None:
            listed = self._lists(address)
            if len(self._known) < _MAX_KNOWN:
                self._known[address] = listed
        return listed

    def _lists(self, address: str) -> bool:
        if not (self.networks or self.unix):
            return True
        if not address:
            return self.unix
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        if isinstance(peer, IPv6Address) and peer.ipv4_mapped is not None:
            peer = peer.ipv4_mapped
        return any(peer in network for network in self.networks)


@dataclass(frozen=True)
class Gateway:
    """What this deployment shares with its gateway. ``leeway_s`` is granted beyond the end of an identity."""

    secret: bytes = field(repr=False)
    peers: Peers = field(default_factory=Peers)
    leeway_s: int = 30

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError(f"A gateway's secret needs at least {MIN_SECRET_BYTES} bytes.")


@dataclass(frozen=True, slots=True)
class Vouched:
    """The identity headers of one request as they came; what is not there is empty."""

    user: str = ""
    scope: str = ""
    expires: str = ""
    time: str = ""
    signature: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the identity is for: the request's method and target, and the address that it came from."""

    method: str
    target: str
    peer: str


def target_of(path: str | bytes, query: str) -> str:
    """The target of a decoded path (text in UTF-8) and a raw query."""
    quoted = quote(path)
    return f"{quoted}?{query}" if query else quoted


def target_of_uri(uri: str) -> str:
    """The target of a request line's path and query, as WSGI shows bytes (PEP 3333: each a character)."""
    path, _, query = uri.partition("?")
    return target_of(unquote_to_bytes(path.encode("latin-1")), query)


def sign(principal: Principal, gateway: Gateway, *, method: str, target: str, now: float) -> Vouched:
    """The headers for one request of the principal. Raises Unauthenticated for a scope that no header can hold."""
    scope = principal.scope or ""
    if scope and not _SCOPE.fullmatch(scope):
        raise Unauthenticated("token_invalid", "The token is not accepted. Sign in again.", log="scope is no header")
    user, time = str(principal.user_id), str(int(now))
    expires = "" if principal.expires_at is None else str(principal.expires_at)
    signature = _signature(user, scope, expires, time, method, target, secret=gateway.secret)
    return Vouched(user, scope, expires, time, signature)


def believe(vouched: Vouched, gateway: Gateway, asked: Asked, *, now: float) -> Principal:
    """Who acts, when the gateway says so for this very request at ``now``.

    Raises Unauthenticated: ``gateway_missing`` without any header, ``token_expired`` for an identity that has ended,
    ``gateway_refused`` for everything else. The reason goes to the log alone.
    """
    if vouched == _NOTHING:
        sentence = "This service is reached through its gateway."
        raise Unauthenticated("gateway_missing", sentence, log=_where("no identity", asked))
    user_id = user_id_of(vouched.user)
    if asked.peer not in gateway.peers:
        raise _refused("a peer that is not listed", asked)
    if user_id is None:
        raise _refused("the user is missing or no user id", asked)
    if vouched.scope and not _SCOPE.fullmatch(vouched.scope):
        raise _refused("the scope is no scope", asked)
    if vouched.expires and not _SECONDS.fullmatch(vouched.expires):
        raise _refused("the end is no time", asked)
    if not _SECONDS.fullmatch(vouched.time):
        raise _refused("the time is missing or no time", asked)
    said = (vouched.user, vouched.scope, vouched.expires, vouched.time)
    expected = _signature(*said, asked.method, asked.target, secret=gateway.secret)
    if not hmac.compare_digest(expected.encode(), vouched.signature.encode("utf-8", "replace")):
        raise _refused("the signature is missing or of another request", asked)
    if abs(now - int(vouched.time)) > WINDOW_S:
        raise _refused(f"signed {now - int(vouched.time):.0f} s ago", asked)
    expires_at = int(vouched.expires) if vouched.expires else None
    if expires_at is not None and expires_at <= now - gateway.leeway_s:
        raise Unauthenticated("token_expired", "The token has expired. Sign in again.", log=_where("ended", asked))
    return Principal(user_id, vouched.scope or None, expires_at)


_NOTHING: Final = Vouched()


def _signature(*fields: str, secret: bytes) -> str:
    text = "\n".join((_VERSION, *fields))
    return "v1=" + hmac.digest(secret, text.encode(), "sha256").hex()


def _refused(reason: str, asked: Asked) -> Unauthenticated:
    sentence = "The gateway's word for this request is not accepted."
    return Unauthenticated("gateway_refused", sentence, log=_where(reason, asked))


def _where(reason: str, asked: Asked) -> str:
    path = asked.target.partition("?")[0]  # a query may hold a secret
    return f"{reason}: {asked.method} {path} from {asked.peer or 'a Unix socket'}"
