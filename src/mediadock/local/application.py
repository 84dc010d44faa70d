"""The application's own processes and the steps before them, as data."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from mediadock.local.errors import SetupFailed
from mediadock.local.log import Log
from mediadock.local.ports import LOOPBACK
from mediadock.local.program import Program, Step, search_path
from mediadock.local.stack import Ports

_CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "mediadock.server.celery:app")
_CELERY_LOG = ("--loglevel", "WARNING")
_DJANGO = (sys.executable, "-m", "django")
_GIVES_WAY = ("nice", "-n", "5")
"""A third of a core's share where pictures or the API want one too, and all of it where they do not."""

_AS_ROOT_IS_FINE = "ignore:You're running the worker with superuser privileges"
"""The warning is about pickled messages; ours are JSON, and decoders run in a sandbox."""

_QUICK_QUEUES = "image,audio,file"
_FILM_QUEUES = "video"
"""A film takes minutes and all cores; what takes a second does not wait behind it."""


def application_environment(stack_environment: Mapping[str, str]) -> dict[str, str]:
    """What every process of the application runs with: our environment, but Mediadock's part of it the stack's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MEDIADOCK_")}
    pages = stack_environment.get("MEDIADOCK_WEB_FOLDER", "none")
    return {
        **ours,
        **stack_environment,
        # the processes run in another folder than ours
        **({} if pages in ("", "none") else {"MEDIADOCK_WEB_FOLDER": str(Path(pages).absolute())}),
        "PATH": search_path(),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "mediadock.server.settings",
    }


def preparation(env: Mapping[str, str]) -> Step:
    """What must have happened before the programs start; safe to run again."""
    return Step(name="prepare", argv=(sys.executable, "-m", "mediadock.local.prepare"), env=env)


def application_programs(env: Mapping[str, str], *, ports: Ports, beat_schedule: Path) -> list[Program]:
    """The seven processes; the web process is the last to start. They need not stop in any order."""
    beat_files = ("--schedule", str(beat_schedule), "--pidfile", "")
    return [
        _worker("worker", _QUICK_QUEUES, env=env),
        _worker("films", _FILM_QUEUES, env=env, lead_in=_GIVES_WAY),
        _sweeper(env=env),
        Program(name="beat", argv=(*_CELERY, "beat", *beat_files, *_CELERY_LOG), env=env),
        Program(name="relay", argv=(*_DJANGO, "run_relay"), env=env),
        Program(
            name="socket",
            argv=_uvicorn("mediadock.server.asgi:application", port=ports.socket),
            env=env,
            ready=_answers(ports.socket),
        ),
        Program(
            name="web",
            argv=_granian("mediadock.server.wsgi:application", port=ports.web),
            env=env,
            ready=_answers(ports.web),
        ),
    ]


def _worker(name: str, queues: str, *, env: Mapping[str, str], lead_in: tuple[str, ...] = ()) -> Program:
    """A worker of two processes, for two cores: one long job never blocks its queues.

    Two times two decoders, each of at most a gibibyte, are the most that a machine must have room for.
    """
    options = ("-n", f"{name}@localhost", "-Q", queues, "-c", "2", "--without-gossip", "--without-mingle")
    return Program(
        name=name,
        argv=(*lead_in, *_CELERY, "worker", *options, *_CELERY_LOG),
        env={**env, "PYTHONWARNINGS": _AS_ROOT_IS_FINE},
        stop_within_s=30.0,
    )


def _sweeper(*, env: Mapping[str, str]) -> Program:
    """A reader of the sweeper's queue alone: it has to look after workers that have their hands full, or hang.

    Threads, since it waits for the database and the store and decodes nothing: a long tidying and a round of the
    sweeper go on beside each other.
    """
    options = ("-n", "sweeper@localhost", "-Q", "default", "-P", "threads", "-c", "2", "--without-gossip")
    return Program(
        name="sweeper",
        argv=(*_CELERY, "worker", *options, "--without-mingle", *_CELERY_LOG),
        env={**env, "PYTHONWARNINGS": _AS_ROOT_IS_FINE},
        stop_within_s=30.0,
    )


def run_step(step: Step, *, log: Log) -> None:
    """Run ``step`` to its end. Raises ``SetupFailed`` with what it printed."""
    process = subprocess.Popen(
        step.argv,
        env=dict(step.env),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C is for us: a migration that has begun is finished
    )
    with process:
        try:
            printed, _ = process.communicate(timeout=step.timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise SetupFailed(step.name, log=f"It took longer than {step.timeout_s:.0f} s.") from None
    if process.returncode != 0:
        raise SetupFailed(step.name, log=printed)
    for line in printed.splitlines():
        log.line(step.name, line)


def _granian(target: str, *, port: int) -> tuple[str, ...]:
    """The API: WSGI with a few threads, measured at two to four times the throughput of an ASGI process."""
    listen = ("--host", LOOPBACK, "--port", str(port), "--workers", "1", "--blocking-threads", "4")
    return (sys.executable, "-m", "granian", "--interface", "wsgi", *listen, "--log-level", "warning", target)


def _uvicorn(target: str, *, port: int) -> tuple[str, ...]:
    """The sockets: measured at a third of granian's CPU a message. Its INFO lines hold addresses with tickets."""
    listen = ("--host", LOOPBACK, "--port", str(port), "--no-access-log", "--log-level", "warning")
    frames = ("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--ws-max-size", "1024")
    patience = ("--ws-ping-interval", "20", "--ws-ping-timeout", "20", "--timeout-graceful-shutdown", "5")
    return (sys.executable, "-m", "uvicorn", *listen, *frames, *patience, target)


def _answers(port: int) -> Callable[[], bool]:
    """Whether ``GET /healthz`` is answered with 200."""

    def ask() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2.0)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
