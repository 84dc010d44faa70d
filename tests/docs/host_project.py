"""The host project of quickstart.md and profiles.md, written out of their blocks; and one that mounts no chat."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs.pages import Block, blocks, page
from mediadock.local.ports import LOOPBACK, accepts, free_port
from mediadock.local.program import Program, search_path
from stack.embedded import Embedded

DOCUMENTED_PORT = "8010"
_MAKE_PEOPLE = """
import secrets, time
from django.contrib.auth.models import User
from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
for _ in range({number}):
    user = User.objects.create_user(secrets.token_hex(8))
    print(user.pk, issue(token_settings(), user_id=user.pk, now=time.time()))
"""
_MEDIA_ALONE = """
from django.urls import path
from ninja import NinjaAPI

from mediadock.api.problems import install_handlers
from mediadock.contrib.assets.api import router as assets
from mediadock.contrib.media.api import router as media
from mediadock.realtime.api import router as realtime

api = NinjaAPI(urls_namespace="mediadock")
install_handlers(api)
for router in (media, assets, realtime):
    api.add_router("", router)

urlpatterns = [path("api/v1/", api.urls)]
"""


@dataclass(frozen=True)
class Host:
    """A project in ``folder``, served at ``url``."""

    folder: Path
    url: str
    environment: Mapping[str, str]

    def manage(self, *command: str) -> str:
        """What a management command printed; one that fails fails the test with it."""
        argv = ("python", "-m", "django", *command)
        ran = subprocess.run(
            argv, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def make_person(self) -> tuple[int, str]:
        """A new user's id and token."""
        return self.make_people(1)[0]

    def make_people(self, number: int) -> list[tuple[int, str]]:
        """Several at once: each call starts a Python, which takes long where others run beside it."""
        made = self.manage("shell", "--verbosity", "0", "-c", _MAKE_PEOPLE.format(number=number))
        return [(int(user_id), token) for user_id, token in map(str.split, made.splitlines())]


def write_files(page_blocks: Sequence[Block], *, folder: Path, server: str = "") -> None:
    """Every ``file=`` block as a file, every ``append=`` block at the end of one."""
    for block in page_blocks:
        text = block.text.replace("http://127.0.0.1:8000", server) if server else block.text
        if path := block.named("file"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        if path := block.named("append"):
            with (folder / path).open("a") as file:
                file.write(f"\n{text}")


def host_environment(stack: Embedded, *, database: str) -> dict[str, str]:
    """What the host's settings read, leading to the embedded servers and an empty database of its own."""
    stack.make_database(database)
    servers = stack.stack.environment()
    postgres = stack.stack.postgres
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SECRET": secrets.token_hex(32),
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGUSER": "mediadock",
        "PGPASSWORD": postgres.password,
        "PGDATABASE": database,
        "REDIS_URL": stack.stack.redis.url.removesuffix("/0") + "/2",
        "S3_ENDPOINT": servers["MEDIADOCK_S3_ENDPOINT"],
        "S3_ACCESS_KEY": servers["MEDIADOCK_S3_ACCESS_KEY"],
        "S3_SECRET_KEY": servers["MEDIADOCK_S3_SECRET_KEY"],
    }


def process_environment(stack: Embedded, *, folder: Path, database: str) -> dict[str, str]:
    """What a process of the project in ``folder`` is started with."""
    return {
        "PATH": search_path(),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "host.settings",
        "PYTHONPATH": ".",
        **host_environment(stack, database=database),
    }


@contextmanager
def run_media_host(
    stack: Embedded, *, folder: Path, database: str, settings: str = "", urls: str = "", beside: Sequence[str] = ()
) -> Iterator[Host]:
    """The project of the quickstart with the media service in place of the chat: its API, and no worker or relay.

    ``settings`` and ``urls`` are added to its own; ``beside`` are commands that run until the end, too.
    """
    port = free_port()
    write_files(blocks(page("quickstart.md")), folder=folder)
    its_settings = folder / "host" / "settings.py"
    without_chat = its_settings.read_text().replace("mediadock.contrib.chat", "mediadock.contrib.media")
    its_settings.write_text(f"{without_chat.replace(DOCUMENTED_PORT, str(port))}\n{settings}")
    (folder / "host" / "urls.py").write_text(f"{_MEDIA_ALONE}\n{urls}")
    environment = process_environment(stack, folder=folder, database=database)
    host = Host(folder, f"http://{LOOPBACK}:{port}", environment)
    host.manage("migrate", "--verbosity", "0")
    host.manage("ensure_bucket")
    served = f"granian --interface wsgi --port {port} --blocking-threads 4 --log-level warning host.wsgi:application"
    with stack.supervisor() as supervisor:
        text = f"cd '{folder}' && exec {served}"
        program = Program(name="host", argv=("bash", "-c", text), env=environment, ready=lambda: accepts(port))
        supervisor.launch(program)
        for number, command in enumerate(beside):
            text = f"cd '{folder}' && exec {command}"
            supervisor.launch(Program(name=f"beside-{number}", argv=("bash", "-c", text), env=environment))
        supervisor.wait_ready()
        yield host
