"""``GET /auth/verify``: the gateway asks whose token a request has, and gets the headers that we shall believe.

It is made for nginx's ``auth_request``: the token comes in ``Authorization``, the request that it is for in
``X-Original-Method`` and ``X-Original-URI``. A WSGI application in front of Django, because it is asked once for every
request of the API and needs nothing that Django does for a view.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from mediadock.api.problems import problem_of
from mediadock.auth.conf import gateway_settings, token_settings
from mediadock.auth.gateway import Gateway, sign, target_of_uri
from mediadock.auth.http import IDENTITY_HEADERS, principal_of_token
from mediadock.core.errors import Malformed, MediadockError, Unauthenticated

Application = Callable[..., Iterable[bytes]]
"""A WSGI application."""

PROBLEM_HEADER = "X-Problem"
"""A refusal's document once more, for a gateway that can read headers of a subrequest and no body."""

_OF_ALL = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def with_verify_door(application: Application, *, path: str) -> Application:
    """``application`` with the door at ``path``; as it is where no gateway is configured.

    Raises ImproperlyConfigured for settings by which nobody could be let in: at the start, not at each request.
    """
    gateway = gateway_settings()
    if gateway is None:
        token_settings()
        return application

    def answered(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != path:
            return application(environ, start_response)
        try:
            identity = _identity(environ, gateway)
        except MediadockError as refusal:
            return _refused(refusal, start_response)
        start_response("204 No Content", [*identity, *_OF_ALL])
        return []

    return answered


def _identity(environ: Mapping[str, Any], gateway: Gateway) -> list[tuple[str, str]]:
    """The identity headers for the original request; none where nobody need be known.

    That is a preflight, which a browser sends without a token, and what the gateway calls optional. Raises
    Unauthenticated, Malformed; Unavailable when the issuer's keys cannot be read.
    """
    peer = environ.get("REMOTE_ADDR", "")
    if peer not in gateway.peers:
        sentence = "This address is for the gateway alone."
        raise Unauthenticated("gateway_refused", sentence, log=f"{peer or 'a Unix socket'} asks to verify a token")
    method, uri = environ.get("HTTP_X_ORIGINAL_METHOD", ""), environ.get("HTTP_X_ORIGINAL_URI", "")
    if not method or not uri:
        raise Malformed("original_request_missing", "Which request is it for?", log="the gateway does not say")
    optional = method == "OPTIONS" or environ.get("HTTP_X_IDENTITY_OPTIONAL") == "yes"
    if optional and not environ.get("HTTP_AUTHORIZATION"):
        return []
    principal = principal_of_token(environ)
    vouched = sign(principal, gateway, method=method, target=target_of_uri(uri), now=time.time())
    return [(name, value) for field, name in IDENTITY_HEADERS.items() if (value := getattr(vouched, field))]


def _refused(refusal: MediadockError, start_response: Callable[..., object]) -> Iterable[bytes]:
    document = problem_of(refusal)
    status = HTTPStatus(document.status_code)
    headers = [*document.headers.items(), *_OF_ALL]
    if document.content.isascii():
        headers.append((PROBLEM_HEADER, document.content.decode()))
    start_response(f"{status.value} {status.phrase}", headers)
    return [document.content]
