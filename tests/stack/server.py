"""The whole application as ``mediadock up`` runs it, on free ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from mediadock.local.application import application_programs, run_step, setup_steps
from mediadock.local.log import Log
from mediadock.local.supervisor import Supervisor
from stack.client import Api
from stack.embedded import Embedded


@dataclass(frozen=True)
class RunningServer:
    """Web, socket, worker, beat and relay, over the servers of ``embedded``."""

    embedded: Embedded
    supervisor: Supervisor

    @property
    def url(self) -> str:
        """The root of the web process, without a slash at the end."""
        return self.embedded.environment["MEDIADOCK_PUBLIC_URL"]

    @property
    def ws_url(self) -> str:
        """The address of the WebSocket."""
        return self.embedded.environment["MEDIADOCK_WS_URL"]

    def anonymous(self) -> Api:
        """The API without a token."""
        return Api(self.url + "/api/v1")

    def api_as(self, username: str) -> Api:
        """The API as a user; one who is not there yet is made, with the name as the password."""
        answer = self.anonymous().post("/auth/token", username=username, password=username)
        if answer.status == 401:
            self._make_user(username)
            answer = self.anonymous().post("/auth/token", username=username, password=username)
        assert answer.status == 200, answer.body
        document = answer.json()
        return Api(self.url + "/api/v1", token=document["access"], user_id=document["user"]["id"])

    def api_as_somebody(self) -> Api:
        """The API as a user whom nobody else has met: tests share the server, not the users."""
        return self.api_as(f"user-{uuid4().hex[:10]}")

    def _make_user(self, username: str) -> None:
        env = self.embedded.environment | {"MEDIADOCK_DEMO_USERS": f"{username}:{username}"}
        step = next(step for step in setup_steps(env) if step.name == "users")
        with self.embedded.log_file.open("a") as out:
            run_step(step, log=Log(out))


@contextmanager
def run_server(embedded: Embedded) -> Iterator[RunningServer]:
    """Start the application over servers that run already; stop it at the end."""
    env = embedded.environment
    ports = embedded.stack.ports
    with embedded.supervisor() as supervisor, embedded.log_file.open("a") as out:
        for step in setup_steps(env):
            run_step(step, log=Log(out))
        for program in application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule):
            supervisor.launch(program)
        supervisor.wait_ready()
        yield RunningServer(embedded, supervisor)
