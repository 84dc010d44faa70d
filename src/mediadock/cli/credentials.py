"""Who is logged in where: one JSON file, readable by its owner alone."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from mediadock.cli.failures import fail
from mediadock.client import Client, Tokens

LOCAL_SERVER = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Credentials:
    """A server, a user on it, and the tokens that were given for the password."""

    server: str
    username: str
    user_id: int
    access: str
    refresh: str | None


def credentials_file() -> Path:
    """By the XDG base directory specification."""
    config = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(config) if config else Path.home() / ".config") / "mediadock" / "credentials.json"


def save_credentials(credentials: Credentials) -> None:
    """Replace the file in one step, mode 0600: two commands at a time leave one whole file. Raises ``OSError``."""
    file = credentials_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix=".credentials-", delete=False) as fresh:  # made with 0600
        try:
            json.dump(asdict(credentials), fresh)
        except BaseException:
            Path(fresh.name).unlink()
            raise
    Path(fresh.name).replace(file)


def load_credentials() -> Credentials | None:
    """The saved ones; None when nobody is logged in or the file is not ours to understand."""
    with suppress(OSError, ValueError, TypeError):
        return Credentials(**json.loads(credentials_file().read_text()))
    return None


def server_address(given: str) -> str:
    """The address that was given, otherwise that of the last login, otherwise this machine's."""
    last = load_credentials()
    address = (given or (last.server if last else LOCAL_SERVER)).rstrip("/")
    if "://" in address:
        return address
    return f"http://{address}" if address.startswith(("localhost", "127.")) else f"https://{address}"


def open_client() -> tuple[Client, Credentials]:
    """A client for who is logged in; renewed tokens are saved as they come, while they are that login's still.

    Exits when nobody is.
    """
    credentials = load_credentials()
    if credentials is None:
        raise fail("Nobody is logged in. Log in with: mediadock login USER")

    def keep(tokens: Tokens) -> None:
        now = load_credentials()
        if now is None or (now.server, now.user_id) != (credentials.server, credentials.user_id):
            return  # another command has logged in somebody else meanwhile
        with suppress(OSError):  # the refresh token of the login goes on; a full disk is no reason to stop
            save_credentials(replace(credentials, access=tokens.access, refresh=tokens.refresh))

    client = Client(credentials.server, credentials.access, refresh_token=credentials.refresh, on_tokens=keep)
    return client, credentials
