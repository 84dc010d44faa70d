"""The command line's commands, put together (entry point ``mediadock``)."""

from __future__ import annotations

from typing import Annotated

import typer

from mediadock import __version__
from mediadock.cli.abort import abort
from mediadock.cli.album import album
from mediadock.cli.avatar import avatar
from mediadock.cli.doctor import doctor
from mediadock.cli.generated import generated
from mediadock.cli.login import login
from mediadock.cli.manage import AS_THEY_ARE, manage
from mediadock.cli.messages import messages
from mediadock.cli.post import post
from mediadock.cli.service_token import create_service_token
from mediadock.cli.status import status
from mediadock.cli.up import up
from mediadock.cli.upload import upload
from mediadock.cli.watch import watch

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"mediadock {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Uploads to a Mediadock server, and the server itself on this machine."""


for command in (login, upload, album, avatar, post, generated, status, watch, abort, messages, up, doctor):
    app.command()(command)
app.command(context_settings=AS_THEY_ARE)(manage)
app.command("create-service-token")(create_service_token)
