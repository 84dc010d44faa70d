"""The socket process as an ASGI application: Channels routes, the lifespan starts and stops the service.

``mediadock.server.asgi`` sets Django up and then takes ``application``. Besides ``/ws/events/`` it answers
``/healthz`` (the process is alive) by HTTP, so that a supervisor can ask.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter  # type: ignore[import-untyped]
from django.urls import re_path

from mediadock.realtime.consumer import Receive, events_socket
from mediadock.realtime.service import running_service, stop_service
from mediadock.realtime.socket import Send

Application = Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]


async def lifespan(_scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Start the service before the first socket and say goodbye to all of them at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await running_service()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await stop_service()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def health(scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
    """200 for ``/healthz``, with whether wake-ups are heard; 404 for all else: the API is another process."""
    alive = scope["path"] == "/healthz"
    body = {"status": "not found"}
    if alive:
        hub = (await running_service()).hub
        body = {"status": "ok", "wakeups": "redis" if hub.hears_wakeups else "polling"}
    start: MutableMapping[str, Any] = {"type": "http.response.start", "status": 200 if alive else 404}
    await send({**start, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def nothing_here(_scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """A socket of another path: refused before it opens."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


# Channels reuses Django's patterns for applications that are no views.
_ROUTES = [
    re_path(r"^ws/events/?$", events_socket),  # type: ignore[arg-type]
    re_path(r"", nothing_here),  # type: ignore[arg-type]
]
application: Application = ProtocolTypeRouter(
    {
        "http": health,
        "lifespan": lifespan,
        "websocket": URLRouter(_ROUTES),
    }
)
