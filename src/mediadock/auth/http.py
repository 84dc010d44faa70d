"""``bearer``: the authentication of every router. It runs before the body is read."""

from __future__ import annotations

import time
from typing import cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import verify
from mediadock.auth.principal import Principal
from mediadock.core.errors import Unauthenticated


class AuthenticatedRequest(HttpRequest):
    """For annotations: a request that ``bearer`` has let through."""

    principal: Principal


class Bearer(HttpAuthBase):
    """``Authorization: Bearer <access token>`` (RFC 6750); documents itself in OpenAPI.

    Sets ``request.principal`` and gives it back (ninja keeps it as ``request.auth``).
    Raises Unauthenticated ``token_missing``, ``token_invalid`` or ``token_expired``.
    """

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815  # OpenAPI's own spelling; ninja copies it as it is

    def __call__(self, request: HttpRequest) -> Principal:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("token_missing", "Sign in first: this needs a bearer token.")
        claims = verify(token.strip(" "), token_settings(), now=time.time())
        principal = Principal(claims.user_id, claims.scope, claims.expires_at)
        cast(AuthenticatedRequest, request).principal = principal
        return principal


bearer = Bearer()


def principal_of(request: HttpRequest) -> Principal:
    """Who sent this request. Raises Unauthenticated where no authentication ran, rather than guessing."""
    principal = getattr(request, "principal", None)
    if not isinstance(principal, Principal):
        raise Unauthenticated("token_missing", "Sign in first: this needs a bearer token.")
    return principal
