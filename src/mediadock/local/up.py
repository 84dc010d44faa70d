"""``mediadock up``: everything on one machine, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO

from mediadock.core.errors import MediadockError
from mediadock.local.application import application_environment, application_programs, preparation, run_step
from mediadock.local.data_directory import DataDirectory
from mediadock.local.errors import DidNotStart, PortTaken
from mediadock.local.log import Log
from mediadock.local.ports import claim, is_free
from mediadock.local.stack import Ports, Stack, choose_ports
from mediadock.local.supervisor import StopRequested, Supervisor

DEFAULT_PORT = 8000
DEFAULT_DATA_DIR = Path(".mediadock")
_SOCKET_PORT = 8001


def run(*, port: int = DEFAULT_PORT, data_dir: Path = DEFAULT_DATA_DIR, out: TextIO = sys.stdout) -> int:
    """Run the whole platform in the foreground; the exit code, 0 when it was asked to stop.

    ``MEDIADOCK_…`` variables of the environment go before our own choices: with ``MEDIADOCK_DATABASE_URL``,
    ``MEDIADOCK_REDIS_URL`` or ``MEDIADOCK_S3_ENDPOINT`` that server is used and none of ours is started.
    """
    log = Log(out, coloured=out.isatty() and "NO_COLOR" not in os.environ)
    try:
        return _run(port=port, data_dir=data_dir, log=log)
    except MediadockError as error:
        if error.log:
            log.say(error.log)
        log.say(f"mediadock up: {error.detail}")
        return 1
    except OSError as error:
        log.say(f"mediadock up: {error}")
        return 1


def _run(*, port: int, data_dir: Path, log: Log) -> int:
    data = DataDirectory.create(data_dir)
    lock = data.lock()
    stack = Stack(data, ports=ports_with(port, data), settings=os.environ)
    env = application_environment(stack.environment())
    stop_requested = threading.Event()
    with (
        _set_by_signals(stop_requested),
        Supervisor(log=log, keep_open=[lock], stop_requested=stop_requested) as supervisor,
    ):
        try:
            _start(stack, supervisor, env=env, data=data, log=log)
        except (StopRequested, DidNotStart):
            if not stop_requested.is_set():
                raise  # otherwise it did not start because Ctrl-C reached it, too
            log.say("Stopped before everything was up.")
            return 0
        _greet(stack, data=data, log=log)
        death = supervisor.watch()
        log.say(f"{death}. Stopping everything." if death else "Stopping …")
        # All of ours at once, as none needs another to end; then, with the block, the servers behind them.
        supervisor.ask_to_stop(*(name for name in supervisor.running if name not in stack.embedded))
    log.say("" if death else f"Stopped. Your data is in {data.root}.")
    return 1 if death else 0


def ports_with(port: int, data: DataDirectory) -> Ports:
    """All ports of a run whose web process listens on ``port``. Raises ``PortTaken``."""
    if not is_free(port):
        raise PortTaken(port, option="--port")
    claim(port)  # from ourselves as well: it may be the socket's usual one, or one of the last run
    usual = is_free(_SOCKET_PORT) and claim(_SOCKET_PORT)  # two that start at once do not both take it
    return choose_ports(data, web=port, socket=_SOCKET_PORT if usual else None)


def _start(stack: Stack, supervisor: Supervisor, *, env: dict[str, str], data: DataDirectory, log: Log) -> None:
    log.say(f"Starting {', '.join(stack.embedded) or 'nothing of our own'} …")
    stack.start(supervisor)
    run_step(preparation(env), log=log)
    supervisor.check_stop()
    log.say("Starting worker, films, sweeper, beat, relay, socket, web …")
    for program in application_programs(env, ports=stack.ports, beat_schedule=data.beat_schedule):
        supervisor.launch(program)
    supervisor.wait_ready()


def _greet(stack: Stack, *, data: DataDirectory, log: Log) -> None:
    environment = stack.environment()
    users = [pair.partition(":")[::2] for pair in environment["MEDIADOCK_DEMO_USERS"].split(",") if pair]
    address = environment["MEDIADOCK_PUBLIC_URL"]
    log.say(f"\n  Mediadock is up:  {address}")
    log.say(f"  API documents:    {address}/api/v1/docs")
    if environment["MEDIADOCK_ADMIN"] == "1":
        operator = " / ".join(environment["MEDIADOCK_DEMO_OPERATOR"].split(":", 1))
        log.say(f"  Admin:            {address}/admin/   {operator}")
    log.say("  Demo users:       " + "   ".join(f"{name} / {password}" for name, password in users))
    log.say(f"  Data and logs:    {data.root}")
    command = _command()
    log.say(f"\n  Next:  {command} login {users[0][0] if users else 'NAME'} --server {address}")
    log.say(f"         {command} upload PHOTO.jpg --to {users[-1][0] if users else 'NAME'}")
    log.say("\n  Ctrl-C stops everything and keeps the data.\n")


def _command() -> str:
    """How to call ``mediadock`` from another terminal."""
    ours = Path(sys.executable).parent / "mediadock"
    if shutil.which("mediadock") or not ours.is_relative_to(Path.cwd()):
        return "mediadock"
    return str(ours.relative_to(Path.cwd()))


@contextmanager
def _set_by_signals(stop_requested: threading.Event) -> Iterator[None]:
    """The first signal asks for an orderly stop; the second leaves at once, and the warden ends the rest."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stop_requested.is_set():
            os._exit(130)
        stop_requested.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
