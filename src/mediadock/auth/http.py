"""``bearer``: the authentication of every router. It runs before the body is read.

A deployment has one of two modes: clients bring tokens, or a gateway checks them and vouches for who acts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from mediadock.auth.conf import gateway_settings, token_settings
from mediadock.auth.gateway import Asked, Gateway, Vouched, believe, target_of
from mediadock.auth.jwt import verify
from mediadock.auth.limits import count_request
from mediadock.auth.principal import Principal
from mediadock.core.errors import Unauthenticated


class AuthenticatedRequest(HttpRequest):
    """For annotations: a request that ``bearer`` has let through."""

    principal: Principal


IDENTITY_HEADERS: Final[Mapping[str, str]] = {
    "user": "X-User-Id",
    "scope": "X-User-Scope",
    "expires": "X-User-Expires",
    "time": "X-Gateway-Time",
    "signature": "X-Gateway-Signature",
}
"""The header of each field of ``Vouched``."""

_VARIABLES: Final = tuple("HTTP_" + name.upper().replace("-", "_") for name in IDENTITY_HEADERS.values())


class Bearer(HttpAuthBase):
    """``Authorization: Bearer <access token>`` (RFC 6750); documents itself in OpenAPI.

    Behind a gateway clients send the same to it, and it sends us the identity; then no token is believed here.
    Sets ``request.principal`` and gives it back (ninja keeps it as ``request.auth``).
    Raises Unauthenticated ``token_missing``, ``token_invalid`` or ``token_expired``; behind a gateway
    ``gateway_missing`` or ``gateway_refused``; TooMany ``rate_limited``, also for who is not believed.
    """

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815  # OpenAPI's own spelling; ninja copies it as it is

    def __call__(self, request: HttpRequest) -> Principal:
        gateway = gateway_settings()
        try:
            principal = principal_of_token(request.META) if gateway is None else _vouched_principal(request, gateway)
        except Unauthenticated:
            count_request(request.META, None)
            raise
        count_request(request.META, principal)
        cast(AuthenticatedRequest, request).principal = principal
        return principal


def principal_of_token(environ: Mapping[str, Any]) -> Principal:
    """Who sent the bearer token of a WSGI environment. Raises Unauthenticated."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("token_missing", "Sign in first: this needs a bearer token.")
    claims = verify(token.strip(" "), token_settings(), now=time.time())
    return Principal(claims.user_id, claims.scope, claims.expires_at)


def brings_credentials(request: HttpRequest) -> bool:
    """Whether the sender wants to be known; for addresses that nobody in particular may open as well."""
    if gateway_settings() is None:
        return "HTTP_AUTHORIZATION" in request.META
    return any(name in request.META for name in _VARIABLES)


def _vouched_principal(request: HttpRequest, gateway: Gateway) -> Principal:
    meta = request.META
    target = target_of(request.path, meta.get("QUERY_STRING", ""))
    asked = Asked(method=request.method or "", target=target, peer=meta.get("REMOTE_ADDR", ""))
    vouched = Vouched(*[meta.get(name, "") for name in _VARIABLES])
    return believe(vouched, gateway, asked, now=time.time())


bearer = Bearer()


def principal_of(request: HttpRequest) -> Principal:
    """Who sent this request. Raises Unauthenticated where no authentication ran, rather than guessing."""
    principal = getattr(request, "principal", None)
    if not isinstance(principal, Principal):
        raise Unauthenticated("token_missing", "Sign in first: this needs a bearer token.")
    return principal
