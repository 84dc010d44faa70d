"""The socket ``/ws/events/?after=<seq>``: who may open it, what a client may say on it, how it ends.

A socket that opens is served already: what happens after its client has seen it open, it is told. Refusals are
accepted too and then closed with their code: of a handshake that is refused by HTTP a browser tells its page nothing.
A client has nothing to say; small messages are ignored, others end the socket.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from mediadock.auth.buckets import SCRIPT, TIMEOUT_S, arguments_of
from mediadock.auth.conf import auth_conf, gateway_settings, token_settings
from mediadock.auth.limits import socket_bucket
from mediadock.auth.principal import Principal
from mediadock.auth.websocket import Handshake, authenticate, check_origin, read_handshake
from mediadock.core.errors import Forbidden, Malformed, Unauthenticated, Unavailable
from mediadock.realtime import closing
from mediadock.realtime.hub import TooManySocketsError
from mediadock.realtime.service import Service, running_service
from mediadock.realtime.socket import Send, Socket

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MAX_INBOUND_BYTES = 1024
MAX_INBOUND_MESSAGES = 60
INBOUND_WINDOW_S = 60.0
_SEQ = re.compile(r"[0-9]{1,18}", re.ASCII)


async def events_socket(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of one socket."""
    await receive()  # websocket.connect
    handshake = read_handshake(scope)
    accept = {"type": "websocket.accept", "subprotocol": handshake.chosen_subprotocol}
    service = await running_service()
    try:
        socket = await _admit(handshake, service)
    except _REFUSALS as refusal:
        log.info("socket refused: %s", refusal)
        await send(accept)
        await send({"type": "websocket.close", "code": _code_of(refusal)})
        return
    try:
        await send(accept)
        await _serve(socket, service, receive, send)
    finally:
        service.hub.remove(socket)


_CODES: Mapping[type[Exception], int] = {
    Forbidden: closing.ORIGIN,
    Unauthenticated: closing.CREDENTIALS,
    Malformed: closing.BAD_REQUEST,
    TooManySocketsError: closing.TOO_MANY,
    Unavailable: closing.TRY_AGAIN,
    DatabaseError: closing.TRY_AGAIN,
    PoolTimeout: closing.TRY_AGAIN,
}
_REFUSALS = tuple(_CODES)


def _code_of(refusal: Exception) -> int:
    return next(code for kind, code in _CODES.items() if isinstance(refusal, kind))


async def _admit(handshake: Handshake, service: Service) -> Socket:
    """The socket, served from now on. Raises what ``_CODES`` names."""
    check_origin(handshake, auth_conf().allowed_origins)
    after = _after(handshake.query.get("after"))
    tokens = token_settings() if gateway_settings() is None else None
    principal = await authenticate(handshake, tokens, service.redis)
    await _count(principal, service)
    last_seq = (await service.store.last_seqs([principal.user_id])).get(principal.user_id, 0)
    # Beyond the last event there is nothing to wait for: a client from before a restored backup starts at its end.
    cursor = last_seq if after is None else min(after, last_seq)
    now = asyncio.get_running_loop().time()
    socket = Socket(user_id=principal.user_id, cursor=cursor, expires_at=_end_of(principal), now=now)
    service.hub.add(socket)
    return socket


async def _count(principal: Principal, service: Service) -> None:
    """Raises TooManySocketsError for who opens sockets all the time. While Redis is away nobody is counted."""
    bucket = socket_bucket(principal.user_id)
    if bucket is None or not service.hub.hears_wakeups:
        return
    keys, values = arguments_of([bucket])
    try:
        async with asyncio.timeout(TIMEOUT_S):
            wait_s = float(await service.redis.register_script(SCRIPT)(keys, values))
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("a socket is not counted: %r", error)
        return
    if wait_s:
        raise TooManySocketsError


def _after(text: str | None) -> int | None:
    """Where to replay from; None, when the client does not say, means from now on."""
    if text is None:
        return None
    if not _SEQ.fullmatch(text):
        raise Malformed("after_invalid", "after must be a whole number.")
    return int(text)


def _end_of(principal: Principal) -> float | None:
    """When the credentials end: at once never, a token taken within its leeway gets the rest of it."""
    if principal.expires_at is None or principal.expires_at > time.time():
        return principal.expires_at
    return principal.expires_at + token_settings().rules.leeway_s


async def _serve(socket: Socket, service: Service, receive: Receive, send: Send) -> None:
    """Write and listen until the client goes, or a reason to close comes up."""
    writing = asyncio.create_task(
        socket.write_forever(send, made_room=lambda: service.hub.wake([socket.user_id])), name="socket-writer"
    )
    listening = asyncio.create_task(_listen(receive), name="socket-listener")
    try:
        ends: set[asyncio.Future[Any]] = {writing, listening, socket.close_code}
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        service.hub.remove(socket)
        writing.cancel()
        listening.cancel()
        said, _ = await asyncio.gather(listening, writing, return_exceptions=True)
    code = socket.close_code.result() if socket.close_code.done() else said
    if writing not in done and isinstance(code, int):  # a writer that has ended found nobody to write to
        await _close(send, code)


async def _close(send: Send, code: int) -> None:
    """Say why, if the connection still takes it; a reader that is stuck is left behind."""
    try:
        async with asyncio.timeout(1):
            await send({"type": "websocket.close", "code": code})
    except (TimeoutError, OSError, RuntimeError) as error:
        log.debug("a socket that takes no close: %r", error)


async def _listen(receive: Receive) -> int | None:
    """Ignore what the client says until it goes (None) or says too much (the code to close with)."""
    clock = asyncio.get_running_loop().time
    window_from, messages = clock(), 0
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return None
        if len(message.get("text") or message.get("bytes") or "") > MAX_INBOUND_BYTES:
            return closing.TOO_BIG
        if clock() - window_from > INBOUND_WINDOW_S:
            window_from, messages = clock(), 0
        messages += 1
        if messages > MAX_INBOUND_MESSAGES:
            return closing.TOO_CHATTY
