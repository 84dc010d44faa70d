"""Who opens a WebSocket: the origin is checked first, then a one-time ticket or the subprotocol's token.

``?ticket=…`` from ``POST /auth/ws-ticket``, or subprotocols ``["mediadock", "bearer.<jwt>"]``. Behind a
gateway the ticket alone: it vouched for who asked for one. A request without an Origin is not a browser's, so no page
can have forged it; it still needs its credentials.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import redis.asyncio

from mediadock.auth.jwt import TokenSettings, verify
from mediadock.auth.keys import FixedKeys
from mediadock.auth.principal import Principal
from mediadock.auth.tickets import redeem_ticket
from mediadock.core.errors import Forbidden, Unauthenticated

SUBPROTOCOL = "mediadock"
_BEARER = "bearer."
_MAX_QUERY_BYTES = 4096


@dataclass(frozen=True)
class Handshake:
    """What a client sent to open a socket; ``ticket`` and ``token`` are secrets and stay out of every text."""

    origin: str | None
    subprotocols: tuple[str, ...]
    query: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Handshake(origin={self.origin!r})"

    @property
    def chosen_subprotocol(self) -> str | None:
        """What the answer must name: a browser that offered some gives up when none is chosen."""
        return SUBPROTOCOL if SUBPROTOCOL in self.subprotocols else None


def read_handshake(scope: Mapping[str, Any]) -> Handshake:
    """The handshake in an ASGI scope. A parameter or an Origin given twice counts as a wrong one."""
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    raw_query: bytes = scope.get("query_string", b"")[:_MAX_QUERY_BYTES]
    parsed = parse_qs(raw_query.decode("latin-1"), keep_blank_values=True)
    query = {name: values[0] if len(values) == 1 else "" for name, values in parsed.items()}
    origin = origins[0] if len(origins) == 1 else ", ".join(origins) or None
    return Handshake(origin, tuple(scope.get("subprotocols", ())), query)


def check_origin(handshake: Handshake, allowed: Iterable[str]) -> None:
    """Let through a page of ours, or what is no page. Raises Forbidden ``origin_refused``."""
    allowed = frozenset(origin.rstrip("/").lower() for origin in allowed)
    if handshake.origin is not None and "*" not in allowed and handshake.origin.lower() not in allowed:
        raise Forbidden("origin_refused", "Pages of this address may not open this socket.")


async def authenticate(handshake: Handshake, tokens: TokenSettings | None, tickets: redis.asyncio.Redis) -> Principal:
    """Who opens the socket; without ``tokens`` by ticket alone.

    Raises Unauthenticated; Unavailable when a ticket cannot be looked up.
    """
    offered = [name.removeprefix(_BEARER) for name in handshake.subprotocols if name.startswith(_BEARER)]
    if "ticket" in handshake.query:
        principal = await redeem_ticket(tickets, handshake.query["ticket"])
        if principal is None:
            raise Unauthenticated("ticket_invalid", "The ticket is used, expired or unknown. Ask for a new one.")
        return principal
    if tokens is None:
        raise Unauthenticated("gateway_missing", "Sockets are opened with a ticket here.", log="a socket by token")
    if len(offered) != 1:
        raise Unauthenticated("token_missing", "Sign in first: this needs a ticket or a token.")
    check = partial(verify, offered[0], tokens, now=time.time())
    # Keys of an issuer may have to be read first, which must not hold up the other sockets.
    claims = check() if isinstance(tokens.keys, FixedKeys) else await asyncio.to_thread(check)
    return Principal(claims.user_id, claims.scope, claims.expires_at)
