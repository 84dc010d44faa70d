"""Machines of the operator's, which act for a user."""

from __future__ import annotations

import time
from dataclasses import replace

from mediadock.auth.jwt import Signer, TokenSettings, issue
from mediadock.auth.keys import FixedKeys, secret_key
from stack.client import Api
from stack.server import RunningServer


def as_service(server: RunningServer, user: Api) -> Api:
    """A machine that acts for the user."""
    assert user.user_id is not None
    secret = server.embedded.stack.credentials.jwt_secret
    settings = TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), signer=Signer(secret))
    return replace(user, token=issue(settings, user_id=user.user_id, now=time.time(), scope="service"))
