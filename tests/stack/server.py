"""The whole application as ``mediadock up`` runs it, on free ports."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from mediadock.auth.jwt import Signer, TokenSettings, issue
from mediadock.auth.keys import FixedKeys, secret_key
from mediadock.local.application import application_programs, preparation, run_step
from mediadock.local.supervisor import Supervisor
from mediadock.storage.s3 import ObjectStore
from stack.client import Api
from stack.embedded import Embedded
from stack.logs import HonestLog
from stack.pages import pages_of_this_run

WORKERS = ("worker", "films")

_MAKE_USER = """
    INSERT INTO auth_user (username, password, is_active, is_staff, is_superuser, first_name, last_name, email,
                           date_joined)
    VALUES (%s, '!', true, false, false, '', '', '', now()) ON CONFLICT (username) DO NOTHING
"""


@dataclass(frozen=True)
class RunningServer:
    """Web, socket, worker, films, sweeper, beat and relay, over the servers of ``embedded``."""

    embedded: Embedded
    supervisor: Supervisor

    @property
    def environment(self) -> dict[str, str]:
        """What its processes run with."""
        return self.embedded.environment

    @property
    def url(self) -> str:
        """The root of the web process, without a slash at the end."""
        return self.environment["MEDIADOCK_PUBLIC_URL"]

    @property
    def ws_url(self) -> str:
        """The address of the WebSocket."""
        return self.environment["MEDIADOCK_WS_URL"]

    def anonymous(self) -> Api:
        """The API without a token."""
        return Api(self.url + "/api/v1")

    def api_as(self, username: str) -> Api:
        """The API as a user, made where missing, with a token as a host project would sign it.

        Signing in by password works for ``alice`` and ``bob``; it is left out here because it is slow on purpose.
        """
        return self.api_of(self._ensure_user(username), username)

    def api_of(self, user_id: int, username: str) -> Api:
        """The API as a user who is there, with a fresh token; nobody is asked."""
        secret = self.embedded.stack.credentials.jwt_secret
        settings = TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), signer=Signer(secret))
        token = issue(settings, user_id=user_id, now=time.time())
        return Api(self.url + "/api/v1", token=token, user_id=user_id, username=username)

    def api_as_somebody(self) -> Api:
        """The API as a user whom nobody else has met: tests share the server, not the users."""
        return self.api_as(f"user-{uuid4().hex[:10]}")

    def manage(self, *command: str, **settings: str) -> str:
        """What a management command printed, run with ``MEDIADOCK_<settings>`` of its own."""
        env = self.environment | {f"MEDIADOCK_{key}": value for key, value in settings.items()}
        argv = (sys.executable, "-m", "django", *command)
        ran = subprocess.run(argv, env=env, cwd="/", capture_output=True, text=True, timeout=240, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @property
    def store(self) -> ObjectStore:
        """The server's own bucket, with the keys of the application."""
        return ObjectStore(self.embedded.stack.seaweedfs.config(self.environment["MEDIADOCK_S3_BUCKET"]))

    def keys(self, prefix: str) -> list[str]:
        """The keys of the store below ``prefix``."""
        return [found.key for found in self.store.list_objects(prefix)]

    def _ensure_user(self, username: str) -> int:
        with psycopg.connect(self.environment["MEDIADOCK_DATABASE_URL"], autocommit=True) as connection:
            connection.execute(_MAKE_USER, [username])
            row = connection.execute("SELECT id FROM auth_user WHERE username = %s", [username]).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def run_server(embedded: Embedded) -> Iterator[RunningServer]:
    """Start the application over servers that run already; stop it at the end."""
    env = embedded.environment | pages_of_this_run(embedded.data.root / "web")
    ports = embedded.stack.ports
    with embedded.supervisor() as supervisor, embedded.log_file.open("a") as out:
        run_step(preparation(env), log=HonestLog(out))
        for program in application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule):
            supervisor.launch(program)
        supervisor.wait_ready()
        yield RunningServer(embedded, supervisor)
