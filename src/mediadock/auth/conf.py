"""Authentication's settings, typed, read once from ``settings.MEDIADOCK_AUTH``, and the token settings made of them."""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mediadock.auth.claims import ClaimRules
from mediadock.auth.gateway import Gateway, Peers
from mediadock.auth.jwks import JwksKeys
from mediadock.auth.jwt import Signer, TokenSettings
from mediadock.auth.keys import FixedKeys, KeySource, UnusableKeyError, public_key, secret_key


@dataclass(frozen=True)
class AuthSettings:
    """What a deployment can set.

    ``redis_url`` is where tickets and throttles live. ``algorithm`` is HS256, RS256 or ES256: HS256 takes ``secret``
    (empty: derived from ``SECRET_KEY``), the others ``public_key`` (PEM) or ``jwks_url``, one of them. ``issuer`` and
    ``audience`` are checked when set. ``allowed_origins`` are the pages that may open a socket,
    ``scheme://host[:port]``; ``*`` is for the local stack alone. With a ``gateway_secret`` requests are believed from
    the gateway alone, and tokens are for it to check; ``gateway_peers`` are the addresses that it may come from.

    ``requests_per_user`` and ``requests_per_address`` are a second, ``sockets_per_user`` are sockets opened a minute;
    0 is no limit. Below 20 a second no person is limited who does nothing but use a page. ``trusted_proxies``
    (addresses, networks, ``unix``) are believed when they say for whom they ask.

    Raises ImproperlyConfigured for what no request could be counted by: at a start, not when one comes.
    """

    redis_url: str
    allowed_origins: tuple[str, ...] = ()
    algorithm: str = "HS256"
    secret: str = field(default="", repr=False)
    public_key: str = ""
    jwks_url: str = ""
    issuer: str = ""
    audience: str = ""
    gateway_secret: str = field(default="", repr=False)
    gateway_peers: tuple[str, ...] = ()
    requests_per_user: float = 100
    requests_per_address: float = 500
    sockets_per_user: float = 60
    trusted_proxies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("requests_per_user", "requests_per_address", "sockets_per_user"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ImproperlyConfigured(f"MEDIADOCK_{name.upper()} is 0, for no limit, or more.")
        try:
            Peers.parse(self.trusted_proxies)
        except ValueError as error:
            raise ImproperlyConfigured(f"MEDIADOCK_TRUSTED_PROXIES cannot be read: {error}") from error


@cache
def auth_conf() -> AuthSettings:
    """The settings of this process."""
    return AuthSettings(**settings.MEDIADOCK_AUTH)


@cache
def token_settings() -> TokenSettings:
    """Which tokens this deployment believes. Raises ImproperlyConfigured rather than believing too much."""
    conf = auth_conf()
    rules = ClaimRules(issuer=conf.issuer or None, audience=conf.audience or None)
    try:
        if conf.algorithm == "HS256":
            secret = conf.secret or _derived_secret()
            return TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), rules, Signer(secret))
        return TokenSettings((conf.algorithm,), _public_keys(conf), rules)
    except UnusableKeyError as error:
        raise ImproperlyConfigured(f"MEDIADOCK_AUTH: {error}") from error


@cache
def gateway_settings() -> Gateway | None:
    """The gateway of this deployment; None where clients come with their own tokens. Raises ImproperlyConfigured."""
    conf = auth_conf()
    try:
        peers = Peers.parse(conf.gateway_peers)
        if not conf.gateway_secret:
            if conf.gateway_peers:
                raise ValueError("gateway_peers are named without a gateway_secret.")
            return None
        return Gateway(conf.gateway_secret.encode(), peers)
    except ValueError as error:
        raise ImproperlyConfigured(f"MEDIADOCK_AUTH: {error}") from error


def _public_keys(conf: AuthSettings) -> KeySource:
    if bool(conf.public_key) == bool(conf.jwks_url):
        raise UnusableKeyError(f"{conf.algorithm} needs public_key or jwks_url, one of them.")
    if conf.jwks_url:
        return JwksKeys(conf.jwks_url, (conf.algorithm,))
    return FixedKeys({None: public_key(conf.public_key, algorithm=conf.algorithm)})


def _derived_secret() -> str:
    """A key of its own for tokens, so that the one of Django's cookies signs nothing else."""
    return hmac.new(settings.SECRET_KEY.encode(), b"mediadock.auth.jwt", hashlib.sha256).hexdigest()
