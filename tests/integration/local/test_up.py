"""``mediadock up`` from outside: started, used, stopped and killed as a person would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

import psutil
import pytest

from mediadock.local.credentials import Credentials
from mediadock.local.family import is_gone
from mediadock.local.ports import free_port, is_free
from stack.client import Api
from stack.doctor import run_doctor
from stack.embedded import Embedded
from stack.waiting import eventually

_UP = """
import sys
from pathlib import Path
from mediadock.local.up import run
sys.exit(run(port=int(sys.argv[1]), data_dir=Path(sys.argv[2])))
"""
_START_S = 90.0  # a busy machine; an idle one takes 7


@dataclass
class Up:
    """A running ``mediadock up`` and what it has printed so far."""

    process: subprocess.Popen[str]
    port: int
    printed: list[str] = field(default_factory=list)

    def read_until(self, word: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if word in line:
                return line
        raise AssertionError("it ended:\n" + "".join(self.printed))

    def finish(self) -> int:
        assert self.process.stdout is not None
        self.printed += self.process.stdout.readlines()
        return self.process.wait(60)

    @property
    def text(self) -> str:
        return "".join(self.printed)

    @property
    def api(self) -> Api:
        return Api(f"http://127.0.0.1:{self.port}/api/v1")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def those(self, *names: str) -> list[psutil.Process]:
        found = []
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                found += [process] if process.name() in names else []
        return found


@contextmanager
def up(data: Path, *, port: int, **variables: str) -> Iterator[Up]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIADOCK_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _UP, str(port), str(data)],
        env=ours | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Up(process, port)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    # not pytest's own folder, which another run of pytest closes again to PostgreSQL's user
    with tempfile.TemporaryDirectory(prefix="mediadock-up-") as folder:
        yield Path(folder) / ".mediadock"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.mark.slow
def test_it_starts_serves_refuses_a_second_one_and_stops_at_ctrl_c(data: Path, port: int) -> None:
    with up(data, port=port) as running:
        running.read_until("Ctrl-C stops everything")
        assert f"http://127.0.0.1:{port}" in running.text
        assert "alice / alice" in running.text
        assert running.api.post("/auth/token", username="alice", password="alice").status == 200

        assert log_in_as_told(running, home=data.parent) == 0
        nothing_set = {"HOME": str(data.parent), "PATH": os.environ["PATH"]}
        examined = run_doctor("--only", "store-cors", "--only", "web", environment=nothing_set, folder=data.parent)
        assert examined.returncode == 0, examined.stdout + examined.stderr
        assert f"It answers at http://127.0.0.1:{port}." in examined.stdout
        swept = manage("sweep", "--json", environment=nothing_set, folder=data.parent)
        assert "hinted" in json.loads(swept.stdout)["swept"], swept.stderr

        with up(data, port=free_port()) as second:
            assert second.finish() == 1
        assert "is in use by another `mediadock up` (process " in second.text

        with up(data.with_name("elsewhere"), port=port) as neighbour:
            assert neighbour.finish() == 1
        assert f"Port {port} is already in use" in neighbour.text
        assert "--port" in neighbour.text

        family = running.family()
        assert len(family) >= 11, "warden, three servers, seven processes"
        running.process.send_signal(signal.SIGINT)
        assert running.finish() == 0
    assert [process for process in family if not is_gone(process)] == []
    assert "Stopped. Your data is in" in running.text
    assert is_free(port)


@pytest.mark.slow
def test_nothing_is_left_when_it_is_killed(data: Path, port: int) -> None:
    with up(data, port=port) as running:
        running.read_until("Ctrl-C stops everything")
        family = running.family()
        running.process.kill()
        running.process.wait()
        eventually(lambda: all(map(is_gone, family)))


@pytest.mark.slow
def test_a_start_after_that_finds_the_data_and_a_dead_process_ends_everything(data: Path, port: int) -> None:
    with up(data, port=port) as running:
        running.read_until("Ctrl-C stops everything")
        assert running.api.post("/auth/token", username="alice", password="alice").status == 200
        family = running.family()
        worker = next(process for process in family if "worker@localhost" in process.cmdline())
        eventually(
            lambda: bool(worker.children())
        )  # it has processes of its own, which must go as well, once it has started them
        worker.kill()
        assert running.finish() == 1
    assert "worker died: it was ended by SIGKILL. Stopping everything." in running.text
    eventually(lambda: all(map(is_gone, family)))
    assert_no_secret(running.text, data)


def test_a_stop_while_it_starts_is_obeyed(data: Path) -> None:
    with up(data.with_name("interrupted"), port=free_port()) as running:
        running.read_until("Starting")
        family = running.family()
        running.process.send_signal(signal.SIGINT)
        assert running.finish() == 0
    assert [process for process in family if not is_gone(process)] == []


def test_ctrl_c_while_the_database_is_made_is_a_stop_and_no_failure(data: Path) -> None:
    with up(data.with_name("unmade"), port=free_port()) as running:
        running.read_until("Starting")
        eventually(lambda: bool(running.those("initdb", "postgres")), every_s=0.01)
        for process in (psutil.Process(running.process.pid), *running.those("initdb")):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)  # a terminal tells all of its group
        assert running.finish() == 0, running.text
    assert "Stopped before everything was up." in running.text


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("MEDIADOCK_DATABASE_URL", "postgresql://nobody:secret-word@127.0.0.1:1/nothing"),
        ("MEDIADOCK_REDIS_URL", "redis://:secret-word@127.0.0.1:1/0"),
        ("MEDIADOCK_S3_ENDPOINT", "http://127.0.0.1:1"),
        ("MEDIADOCK_S3_ENDPOINT", "127.0.0.1"),
    ],
)
def test_a_named_server_that_does_not_answer_is_said_plainly(data: Path, variable: str, address: str) -> None:
    with up(data.with_name("external"), port=free_port(), **{variable: address}) as running:
        assert running.finish() == 1
    assert f"mediadock up: The server named in {variable} does not answer: " in running.text
    assert "secret-word" not in running.text
    assert "Traceback" not in running.text


def test_a_named_server_is_used_in_place_of_ours_and_sigterm_stops_the_rest(stack: Embedded, data: Path) -> None:
    theirs = stack.environment
    named = {name: theirs[name] for name in theirs if name.startswith(("MEDIADOCK_S3", "MEDIADOCK_REDIS_URL"))}
    named["MEDIADOCK_DATABASE_URL"] = stack.make_database("external")
    with up(data.with_name("external"), port=free_port(), **named) as running:
        running.read_until("Ctrl-C stops everything")
        assert running.api.post("/auth/token", username="alice", password="alice").status == 200
        assert {"weed", "redis-server", "postgres"} & {process.name() for process in running.family()} == set()
        running.process.send_signal(signal.SIGTERM)
        assert running.finish() == 0


def test_a_data_directory_that_cannot_be_made_is_said_plainly(data: Path) -> None:
    with up(Path("/dev/null/data"), port=free_port()) as running:
        assert running.finish() == 1
    assert "mediadock up: [Errno 20] Not a directory" in running.text


@pytest.mark.parametrize("damaged", ['{"secret_key": "0123', "[]", '{"secret_key": 7}', "\xff"])
def test_damaged_secrets_are_said_plainly_and_left_as_they_are(data: Path, damaged: str) -> None:
    folder = data.with_name("damaged")
    folder.mkdir(exist_ok=True)
    file = folder / "credentials.json"
    file.write_bytes(damaged.encode("latin-1"))
    with up(folder, port=free_port()) as running:
        assert running.finish() == 1
    assert f"{file} is damaged" in running.text
    assert "Traceback" not in running.text
    assert "0123" not in running.text
    assert file.read_bytes() == damaged.encode("latin-1")


def log_in_as_told(running: Up, *, home: Path) -> int:
    told = next(line for line in running.printed if " login " in line).split("Next:")[1].split()
    command = [str(Path(sys.executable).parent / "mediadock"), *told[1:], "--password-stdin"]
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    return subprocess.run(command, input="alice\n", text=True, env=env, capture_output=True, check=False).returncode


def assert_no_secret(text: str, data: Path) -> None:
    credentials = json.loads((data / "credentials.json").read_text())
    assert credentials.pop("operator_password") in text, "which the operator types, and reads here"
    assert len(credentials) == len(fields(Credentials)) - 1
    assert [name for name, secret in credentials.items() if len(secret) < 20 or secret in text] == []
    assert "X-Amz-Signature=" not in text.replace("X-Amz-Signature=[redacted]", "")


def manage(*arguments: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "mediadock"), "manage", *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
