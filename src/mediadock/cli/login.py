"""``mediadock login``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from mediadock.cli.credentials import LOCAL_SERVER, Credentials, credentials_file, save_credentials, server_address
from mediadock.cli.failures import fail, sentences
from mediadock.client import Client, Tokens


def login(
    user: Annotated[str, typer.Argument(help="Your user name.")],
    server: Annotated[
        str,
        typer.Option(
            envvar="MEDIADOCK_SERVER", help=f"Address of the server [default: the last one, or {LOCAL_SERVER}]"
        ),
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Log in, and stay so on this machine. The password may also be in MEDIADOCK_PASSWORD."""
    address = server_address(server)
    password = _password(user, from_stdin=password_stdin)
    given: list[Tokens] = []
    with sentences(), Client(address, on_tokens=given.append) as client:
        who = client.login(user, password)
        try:
            save_credentials(Credentials(address, who.username, who.user_id, given[-1].access, given[-1].refresh))
        except OSError as error:
            raise fail(f"The tokens cannot be kept in {credentials_file()}: {error.strerror}.") from error
        print(f"Logged in to {address} as {who.username}. The tokens are in {credentials_file()}.")


def _password(user: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password: str = os.environ.get("MEDIADOCK_PASSWORD") or typer.prompt(f"Password of {user}", hide_input=True)
    return password
