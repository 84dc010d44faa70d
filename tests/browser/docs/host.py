"""The host project of the quickstart with the page of docs/clients.md, its processes, and people who are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs.host_project import Host, process_environment, write_files
from docs.pages import Block, blocks, page
from docs.shell import IN_BACKGROUND
from mediadock.local.ports import LOOPBACK, accepts, free_port
from mediadock.local.program import Program
from stack.client import Api
from stack.embedded import Embedded

DOCUMENTED_PORT = "8010"
_QUICKSTART, _CLIENTS = (blocks(page(name)) for name in ("quickstart.md", "clients.md"))

_MAKE_PERSON = """
import time
from django.contrib.auth.models import User
from django.test import Client
from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
user = User.objects.create_user({name!r})
client = Client()
client.force_login(user)
print(user.pk, client.cookies["sessionid"].value, issue(token_settings(), user_id=user.pk, now=time.time()))
"""


@dataclass(frozen=True)
class Person:
    """Somebody of the host's; ``session`` is the cookie that the host's own sign-in has set."""

    api: Api
    session: str


class HostWithPages(Host):
    """The same with pages, and people who sign in there."""

    def person(self, name: str) -> Person:
        """A new user who has signed in."""
        made = self.manage("shell", "--verbosity", "0", "-c", _MAKE_PERSON.format(name=name))
        user_id, session, token = made.split()
        return Person(Api(f"{self.url}/api/v1", token=token, user_id=int(user_id), username=name), session)


@contextmanager
def run_host(stack: Embedded, *, folder: Path, database: str) -> Iterator[HostWithPages]:
    """Write the project, make its tables and its bucket, start its worker, relay and pages; stop them at the end."""
    port, no_socket = str(free_port()), str(free_port())
    write_files([*_QUICKSTART, *_CLIENTS], folder=folder)
    settings = folder / "host" / "settings.py"
    # Nothing serves the documented socket, and on this machine something of somebody else's may listen there.
    nowhere = f'MEDIADOCK["ws_url"] = "ws://{LOOPBACK}:{no_socket}/ws/events/"\n'
    settings.write_text(settings.read_text().replace(DOCUMENTED_PORT, port) + nowhere)
    environment = process_environment(stack, folder=folder, database=database)
    host = HostWithPages(folder, f"http://{LOOPBACK}:{port}", environment)
    host.manage("migrate", "--verbosity", "0")
    host.manage("ensure_bucket")
    with stack.supervisor() as supervisor:
        for number, command in enumerate(_commands()):
            ready = {"ready": lambda: accepts(int(port))} if DOCUMENTED_PORT in command else {}
            text = f"cd '{folder}' && exec {command.replace(DOCUMENTED_PORT, port)}"
            supervisor.launch(Program(name=f"host-{number}", argv=("bash", "-c", text), env=environment, **ready))
        supervisor.wait_ready()
        yield host


def _commands() -> list[str]:
    """What runs in terminals: worker and relay of the quickstart, and the pages' server instead of its API's."""
    return [block.text.strip() for block in (*_QUICKSTART, *_CLIENTS) if _is_process(block)]


def _is_process(block: Block) -> bool:
    return block.language == "bash" and block.is_marked(IN_BACKGROUND) and "granian" not in block.text
