"""A web process with nothing behind it: no worker, relay or beat moves what a test looks at."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from mediadock.local.application import application_environment, application_programs
from mediadock.local.ports import free_port
from stack.client import Api
from stack.embedded import Embedded


@dataclass(frozen=True)
class QuietWeb:
    """The API over the database and the bucket of the code inside pytest, which thus can play the other parts."""

    url: str

    def anonymous(self) -> Api:
        """The API without a token."""
        return Api(self.url + "/api/v1")

    def api_as_somebody(self) -> Api:
        """The API as a user whom nobody else has met."""
        from django.contrib.auth.models import User

        from mediadock.auth.conf import token_settings
        from mediadock.auth.jwt import issue

        user = User.objects.create(username=f"user-{uuid4().hex[:12]}", password="!")
        token = issue(token_settings(), user_id=user.pk, now=time.time())
        return Api(self.url + "/api/v1", token=token, user_id=user.pk, username=user.username)


@contextmanager
def run_quiet_web(embedded: Embedded, **settings: str) -> Iterator[QuietWeb]:
    """Start it on a free port with further ``MEDIADOCK_…`` settings; stop it at the end."""
    env = application_environment(embedded.in_process_environment | settings)
    with run_web(embedded, env) as (port, _pid):
        yield QuietWeb(f"http://127.0.0.1:{port}")


@contextmanager
def run_web(embedded: Embedded, env: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Start one more web process in that environment; gives its port and its process id."""
    ports = replace(embedded.stack.ports, web=free_port())
    programs = application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule)
    with embedded.supervisor() as supervisor:
        supervisor.launch(next(program for program in programs if program.name == "web"))
        supervisor.wait_ready()
        yield ports.web, supervisor.pid("web")
