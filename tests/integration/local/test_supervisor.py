"""The supervisor with small programs that are written here: it is told what to run, so anything will do."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from mediadock.local.data_directory import DataDirectory
from mediadock.local.errors import DataDirectoryInUse, DidNotStart
from mediadock.local.family import is_gone
from mediadock.local.log import Log
from mediadock.local.program import Program, plain_environment
from mediadock.local.supervisor import StopRequested, Supervisor
from stack.waiting import eventually

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
)
_PARENT_OF_A_RUNAWAY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(99)
"""
_NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    open(sys.argv[1], "a").write(sys.argv[2] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(99)
"""


def program(name: str, code: str, *arguments: object, **options: object) -> Program:
    argv = (sys.executable, "-c", code, *map(str, arguments))
    return Program(name=name, argv=argv, env=plain_environment(), **options)  # type: ignore[arg-type]


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def test_programs_are_stopped_in_reverse_order(tmp_path: Path, out: io.StringIO) -> None:
    ends = tmp_path / "ends"
    with Supervisor(log=Log(out)) as supervisor:
        for name in ("first", "second", "third"):
            supervisor.launch(program(name, _NOTES_ITS_END, ends, name))
        eventually(lambda: out.getvalue().count("up") == 3)
        assert supervisor.running == ("first", "second", "third")
    assert ends.read_text().split() == ["third", "second", "first"]


def test_a_line_of_the_log_names_its_program_and_holds_no_secret(out: io.StringIO) -> None:
    code = "print('GET http://s/k?X-Amz-Signature=abc123&x=1 redis://:pw@h/0')"
    with Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program("talker", code))
        eventually(lambda: "talker" in out.getvalue())
    assert out.getvalue() == "talker   | GET http://s/k?X-Amz-Signature=[redacted]&x=1 redis://:[redacted]@h/0\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit(3)", "fragile died: it ended with code 3"),
        ("raise SystemExit(0)", "fragile died: it ended with code 0"),
        ("import os; os.kill(os.getpid(), 9)", "fragile died: it was ended by SIGKILL"),
    ],
)
def test_a_dead_program_is_said_plainly(out: io.StringIO, code: str, said: str) -> None:
    with Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program("sturdy", "import time; time.sleep(99)"))
        supervisor.launch(program("fragile", code))
        assert supervisor.watch() == said


def test_a_requested_stop_ends_watching_and_waiting(out: io.StringIO) -> None:
    asked = threading.Event()
    with Supervisor(log=Log(out), stop_requested=asked) as supervisor:
        supervisor.launch(program("never-ready", "import time; time.sleep(99)", ready=lambda: False))
        asked.set()
        assert supervisor.watch() is None
        with pytest.raises(StopRequested):
            supervisor.wait_ready()


def test_a_program_that_ends_before_it_is_ready_did_not_start(out: io.StringIO) -> None:
    with Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program("broken", "print('no such table'); raise SystemExit(1)", ready=lambda: False))
        with pytest.raises(DidNotStart, match="ended with code 1") as failure:
            supervisor.wait_ready()
    assert "no such table" in failure.value.log


def test_a_program_that_is_not_ready_in_time_did_not_start(out: io.StringIO) -> None:
    with Supervisor(log=Log(out)) as supervisor:
        slow = program("slow", "import time; time.sleep(99)", ready=lambda: False, ready_within_s=0.1)
        supervisor.launch(slow)
        with pytest.raises(DidNotStart, match="not ready after"):
            supervisor.wait_ready()


def test_a_program_that_ignores_the_polite_signal_is_killed(out: io.StringIO) -> None:
    with Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program("stubborn", _STUBBORN, stop_within_s=0.2))
        eventually(lambda: "up" in out.getvalue())
        pid = supervisor.pid("stubborn")
    assert not psutil.pid_exists(pid)


def test_what_a_program_started_goes_with_it_even_from_another_session(tmp_path: Path, out: io.StringIO) -> None:
    note = tmp_path / "pid"
    with Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program("parent", _PARENT_OF_A_RUNAWAY, note))
        eventually(lambda: note.exists() and note.read_text() != "")
        runaway = psutil.Process(int(note.read_text()))
    eventually(lambda: is_gone(runaway))


def test_an_earlier_log_is_kept_beside_the_new_one(tmp_path: Path, out: io.StringIO) -> None:
    log_file = tmp_path / "server.log"
    for word in ("one", "two"):
        with Supervisor(log=Log(out)) as supervisor:
            supervisor.launch(program("server", f"print({word!r})", log_file=log_file))
            assert supervisor.watch() is not None
    assert (log_file.read_text(), (tmp_path / "server.previous.log").read_text()) == ("two\n", "one\n")


_SUPERVISOR_TO_KILL = """
import sys, time
from pathlib import Path
from mediadock.local.data_directory import DataDirectory
from mediadock.local.log import Log
from mediadock.local.program import Program, plain_environment
from mediadock.local.supervisor import Supervisor

data, runaway = DataDirectory.create(Path(sys.argv[1])), Path(sys.argv[1]) / "runaway"
with Supervisor(log=Log(sys.stdout), keep_open=[data.lock()]) as supervisor:
    for name, code in (("stubborn", sys.argv[2]), ("parent", sys.argv[3])):
        argv = (sys.executable, "-c", code, str(runaway))
        supervisor.launch(Program(name=name, argv=argv, env=plain_environment()))
    while not runaway.exists() or not runaway.read_text():
        time.sleep(0.02)
    print("pids", supervisor.pid("stubborn"), supervisor.pid("parent"), flush=True)
    time.sleep(99)
"""


def test_a_supervisor_that_is_killed_leaves_nothing_and_the_data_locked_until_then(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _SUPERVISOR_TO_KILL, str(tmp_path), _STUBBORN, _PARENT_OF_A_RUNAWAY]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        said: list[str] = []
        while not any("| up" in line for line in said) or not any(line.startswith("pids") for line in said):
            said.append(supervisor.stdout.readline())
            assert said[-1], said
        pids = next(line for line in said if line.startswith("pids")).split()[1:]
        family = [psutil.Process(int(pid)) for pid in (*pids, (tmp_path / "runaway").read_text())]
        os.kill(supervisor.pid, signal.SIGKILL)
    with pytest.raises(DataDirectoryInUse, match="Stop that one"):  # the stubborn one still lives
        DataDirectory.create(tmp_path).lock()
    eventually(lambda: all(map(is_gone, family)))
    eventually(lambda: _can_lock(tmp_path))


def _can_lock(root: Path) -> bool:
    try:
        os.close(DataDirectory.create(root).lock())
    except DataDirectoryInUse:
        return False
    return True
