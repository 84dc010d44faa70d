"""``mediadock create-service-token``."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from mediadock.cli.failures import fail

DAY_S = 24 * 3600


def create_service_token(
    user_id: Annotated[int, typer.Option(min=1, help="Whom the service acts for: who owns what it makes.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 30,
) -> None:
    """Print a token with the scope "service", signed as the server with this environment signs."""
    if not os.environ.get("MEDIADOCK_SECRET_KEY"):
        raise fail("MEDIADOCK_SECRET_KEY is not set: run this in the environment of the server.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")
    from mediadock.auth.conf import token_settings  # only here: the client's commands need no server
    from mediadock.auth.jwt import issue
    from mediadock.auth.principal import SERVICE_SCOPE

    try:
        print(issue(token_settings(), user_id=user_id, now=time.time(), scope=SERVICE_SCOPE, lifetime_s=days * DAY_S))
    except ValueError as error:
        raise fail(str(error)) from error
