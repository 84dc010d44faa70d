"""From a name and a password, or a refresh token, to a pair of tokens."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import ACCESS_LIFETIME_S, issue, verify
from mediadock.core.errors import NotFound, Unauthenticated

MAX_PASSWORD_CHARS = 4096  # beyond this the hash is work that a stranger makes us do


@dataclass(frozen=True)
class SignedIn:
    """Tokens for one user; ``expires_in`` is the access token's, in seconds."""

    access: str
    refresh: str
    user_id: int
    username: str
    expires_in: int = ACCESS_LIFETIME_S


def sign_in(*, username: str, password: str) -> SignedIn:
    """Tokens for the right password of an active user. Raises Unauthenticated, the same for every wrong one.

    An unknown name costs one hash as well, so that time does not tell which names exist. Raises NotFound where tokens
    come from elsewhere and none are issued, before anything is looked at.
    """
    if token_settings().signer is None:
        raise NotFound("not_found", "Nobody signs in here: tokens come from their own issuer.")
    if len(password) > MAX_PASSWORD_CHARS or "\0" in username or not _is_text(username) or not _is_text(password):
        raise _wrong()
    user = _active(username=username)
    if user is None:
        make_password(password)
        raise _wrong()
    if not user.check_password(password):
        raise _wrong()
    return _tokens_for(user)


def refresh(token: str) -> SignedIn:
    """A fresh pair for a refresh token, unless its user is gone, switched off or has another password since."""
    claims = verify(token, token_settings(), now=time.time(), use="refresh")
    user = _active(pk=claims.user_id)
    if user is None or claims.stamp is None or not hmac.compare_digest(claims.stamp, _stamp(user)):
        raise Unauthenticated("token_invalid", "The token is not accepted. Sign in again.", log="user or stamp")
    return _tokens_for(user)


def _tokens_for(user: User) -> SignedIn:
    settings, now = token_settings(), time.time()
    return SignedIn(
        access=issue(settings, user_id=user.pk, now=now),
        refresh=issue(settings, user_id=user.pk, now=now, use="refresh", stamp=_stamp(user)),
        user_id=user.pk,
        username=user.get_username(),
    )


def _stamp(user: User) -> str:
    """Changes with the password: a keyed hash of its hash, which tells nothing."""
    return user.get_session_auth_hash()[:32]


def _active(**lookup: object) -> User | None:
    return User.objects.filter(is_active=True, **lookup).first()


def _is_text(given: str) -> bool:
    """Whether it can be written down: JSON holds half characters too, which no name and no password has."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong() -> Unauthenticated:
    return Unauthenticated("wrong_credentials", "The name or the password is wrong.")
