"""``mediadock create-service-token``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from mediadock.cli.failures import fail

DAY_S = 24 * 3600


def create_service_token(
    user_id: Annotated[int, typer.Option(min=1, help="Whom the service acts for: who owns what it makes.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 30,
    data_dir: Annotated[
        Path, typer.Option(help="Where `mediadock up` keeps its secrets; used when MEDIADOCK_SECRET_KEY is not set.")
    ] = Path(".mediadock"),
) -> None:
    """Print a token with the scope "service", signed as the server signs that has this environment or directory."""
    os.environ.update(_secrets(data_dir))
    if os.environ.get("MEDIADOCK_JWT_ALGORITHM", "HS256") != "HS256":
        raise fail("This deployment verifies tokens of somebody else's; only those can issue one.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")
    from mediadock.auth.conf import token_settings  # only here: the client's commands need no server
    from mediadock.auth.jwt import issue
    from mediadock.auth.principal import SERVICE_SCOPE

    try:
        print(issue(token_settings(), user_id=user_id, now=time.time(), scope=SERVICE_SCOPE, lifetime_s=days * DAY_S))
    except ValueError as error:
        raise fail(str(error)) from error


def _secrets(data_dir: Path) -> dict[str, str]:
    """The variables that sign, where the environment has none."""
    if os.environ.get("MEDIADOCK_SECRET_KEY"):
        return {}
    file = data_dir / "credentials.json"
    if not file.exists():
        raise fail(f"MEDIADOCK_SECRET_KEY is not set, and {data_dir} has no server's secrets.")
    from mediadock.core.errors import MediadockError
    from mediadock.local.credentials import load_credentials

    try:
        local = load_credentials(file)
    except MediadockError as error:
        raise fail(error.detail) from error
    own = {"MEDIADOCK_SECRET_KEY": local.secret_key, "MEDIADOCK_JWT_SECRET": local.jwt_secret}
    # an operator's goes before ours in `mediadock up`, too
    return own | {name: value for name, value in os.environ.items() if name == "MEDIADOCK_JWT_SECRET"}
