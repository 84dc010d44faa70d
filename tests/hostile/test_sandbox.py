"""A hijacked decoder finds nothing to take, nobody to call and nowhere to hide; the worker lives on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from media.pictures import encoded, quarters
from media.rendering import render
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing import sandbox
from mediadock.processing.limits import MIB, Limits
from mediadock.processing.sandbox import Frame, Job, Report, run_job
from mediadock.processing.source import MemorySource
from stack.waiting import eventually

BRIEF = Limits(wall_s=1.0)
"""For what never ends by itself."""
PATIENT = Limits(wall_s=60.0)
"""For what ends by itself, however busy the machine is."""


def run(
    name: str,
    *,
    limits: Limits = PATIENT,
    on_output: Callable[[Frame], object] = lambda _: None,
    **params: object,
) -> Report:
    job = Job(entry=f"hostile.sandbox_jobs:{name}", params=params)
    return run_job(job, MemorySource(b""), limits=limits, on_output=on_output)


def failure_of(name: str, *, limits: Limits = PATIENT) -> ProcessingFailed:
    with pytest.raises(ProcessingFailed) as failure:
        run(name, limits=limits)
    return failure.value


@pytest.fixture(autouse=True)
def _nobody_is_left_and_the_next_job_works() -> Iterator[None]:
    yield
    assert run("sleep_then_answer", seconds=0).result["pid"]
    zygote = psutil.Process(sandbox.zygote_pid())
    eventually(lambda: zygote.children(recursive=True) == [])


def test_no_secret_of_the_worker_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.stop()
    monkeypatch.setenv("MEDIADOCK_S3_SECRET_KEY", "a-very-secret-value")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-very-secret-value")
    result = run("environment").result
    assert "a-very-secret-value" not in str(result["values"])
    assert not [name for name in result["names"] if name.startswith(("MEDIADOCK", "AWS", "DJANGO"))]


def test_only_the_channel_is_open() -> None:
    assert run("descriptors").result["open"] == [0, 1, 2, 3]


def test_nothing_can_be_reached(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    secret = tmp_path / "secret"
    secret.write_text("password")
    secret.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        report = run("escape", folder=str(tmp_path), secret=str(secret), port=port, pid=os.getpid())
    attempts = dict(report.result)
    uid = attempts.pop("uid")
    assert uid != 0
    assert "done" not in attempts.values(), attempts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret"]


def test_what_protects_is_reported_truly() -> None:
    protections = sandbox.active_protections()
    assert {"resource_limits", "no_new_privileges", "dies_with_parent"} <= set(protections)
    if os.getuid() == 0:
        assert {"no_network", "unprivileged_user", "no_files", "call_filter"} <= set(protections)


def test_a_gigabyte_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(ProcessingFailed):
        run("write_a_gigabyte", folder=str(tmp_path))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0


def test_a_fork_bomb_does_not_go_off() -> None:
    assert failure_of("fork_bomb", limits=BRIEF).code in ("decoder_crashed", "timeout")


def test_threads_are_bounded() -> None:
    started = run("thread_bomb").result["started"]
    assert isinstance(started, int)
    assert started < 1000


def test_a_child_that_hangs_and_ignores_signals_is_killed_in_time() -> None:
    started = time.monotonic()
    assert failure_of("hang", limits=BRIEF).code == "timeout"
    # It would sleep for an hour. The watchdog looks 20 times a second; a busy machine lets it wait for its turn.
    assert time.monotonic() - started < BRIEF.wall_s + 30


def test_a_child_that_spins_is_stopped_by_its_processor_time() -> None:
    failure = failure_of("spin", limits=replace(PATIENT, cpu_s=1))
    assert failure.code == "timeout"
    assert f"exit {-signal.SIGXCPU}," in failure.log


@pytest.mark.parametrize(
    "name", ["crash", "abort", "leave", "raise_something", "speak_nonsense", "promise_much", "read_wild"]
)
def test_a_child_that_breaks_is_a_crash_and_no_more(name: str) -> None:
    failure = failure_of(name)
    assert failure.code == "decoder_crashed"
    assert "decoder's own words" not in failure.detail


def test_memory_is_bounded() -> None:
    assert failure_of("allocate", limits=replace(PATIENT, memory_bytes=300 * MIB)).code == "out_of_memory"


def test_memory_that_breaks_a_child_before_anybody_looked_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediadock.processing.sandbox.watchdog.resident_bytes", lambda _pid: 0)
    failure = failure_of("grow_and_abort", limits=replace(PATIENT, memory_bytes=100 * MIB))
    assert failure.code == "out_of_memory"
    assert f"exit {-signal.SIGABRT}," in failure.log


def test_words_of_a_child_are_cleaned() -> None:
    with pytest.raises(ContentRejected) as refusal:
        run("reject")
    assert (refusal.value.code, refusal.value.detail) == ("corrupt", "A sentence with [31m colours.")
    assert refusal.value.log == "for the operator"


def test_the_source_arrives_whole_and_the_parent_stays_flat() -> None:
    size = 200 * MIB

    class Zeros:
        size_bytes = size

        def read(self, offset: int, length: int) -> bytes:
            return bytes(min(length, size - offset))

        def chunks(self, start: int = 0) -> Iterator[bytes]:
            for offset in range(start, size, 3 * MIB):
                yield bytes(min(3 * MIB, size - offset))

    before = psutil.Process().memory_info().rss
    job = Job(entry="hostile.sandbox_jobs:read_all", params={})
    report = run_job(job, Zeros(), limits=PATIENT, on_output=lambda _: None)
    assert report.result == {"read": size, "streamed": size}
    assert psutil.Process().memory_info().rss - before < 50 * MIB


def test_errors_of_the_source_come_through_and_end_the_child() -> None:
    class Broken(MemorySource):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            yield b"x"
            raise ConnectionResetError("the store went away")

    with pytest.raises(ConnectionResetError, match="went away"):
        run_job(Job("hostile.sandbox_jobs:read_all", {}), Broken(b"x" * 10), limits=PATIENT, on_output=lambda _: None)


def test_errors_of_the_receiver_come_through_and_end_the_child() -> None:
    def on_output(frame: Frame) -> None:
        raise KeyError(frame.text("name"))

    with pytest.raises(KeyError, match="0"):
        run_job(Job("hostile.sandbox_jobs:emit", {}), MemorySource(b""), limits=PATIENT, on_output=on_output)


def test_a_killed_zygote_is_replaced() -> None:
    run("sleep_then_answer", seconds=0)
    first = sandbox.zygote_pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert render(encoded(quarters(), "jpeg")).outputs
    assert sandbox.zygote_pid() != first


def test_a_zygote_killed_under_a_job_takes_the_child_along() -> None:
    run("sleep_then_answer", seconds=0)
    zygote = psutil.Process(sandbox.zygote_pid())
    with pytest.raises(ProcessingFailed) as failure:
        run("hang", on_output=lambda _: zygote.kill())
    assert failure.value.code == "decoder_crashed"


def test_jobs_run_side_by_side() -> None:
    """Each hands over its output only when all have one."""
    everybody = threading.Barrier(8)

    def one(_: int) -> Report:
        return run("emit", on_output=lambda _: everybody.wait(timeout=PATIENT.wall_s))

    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(one, range(8)))
    assert len({report.result["pid"] for report in reports}) == 8


def test_many_jobs_leave_nothing_behind() -> None:
    run("sleep_then_answer", seconds=0)
    here = psutil.Process()
    descriptors, threads = here.num_fds(), here.num_threads()
    for _ in range(100):
        run("sleep_then_answer", seconds=0)
    assert here.num_fds() <= descriptors
    assert here.num_threads() <= threads


def test_a_forked_worker_starts_its_own_zygote() -> None:
    """As Celery's prefork pool does: fork after the parent has used the sandbox, use it on both sides."""
    run("sleep_then_answer", seconds=0)
    ours = sandbox.zygote_pid()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            run("sleep_then_answer", seconds=0)
            os.write(write, str(sandbox.zygote_pid()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    theirs = int(os.read(read, 32))
    os.close(read)
    assert os.waitpid(pid, 0)[1] == 0
    assert theirs != ours
    assert run("sleep_then_answer", seconds=0).result["pid"]
    assert sandbox.zygote_pid() == ours
    assert_gone(theirs)


@pytest.mark.parametrize("thread", ["main", "other"])
def test_everything_dies_with_a_killed_worker(thread: str) -> None:
    """The worker is killed outright while a child hangs: zygote and child must not survive it."""
    script = textwrap.dedent("""
        import sys, threading
        from mediadock.processing import sandbox
        from mediadock.processing.limits import Limits
        from mediadock.processing.source import MemorySource
        def work():
            sandbox.warm()
            job = sandbox.Job("hostile.sandbox_jobs:hang", {})
            print(sandbox.zygote_pid(), flush=True)
            tell = lambda frame: print(frame.text("name"), flush=True)
            sandbox.run_job(job, MemorySource(b""), limits=Limits(), on_output=tell)
        if sys.argv[1] == "main":
            work()
        threading.Thread(target=work).start()
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    worker = subprocess.Popen(
        [sys.executable, "-c", script, thread], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert worker.stdout is not None
    zygote = psutil.Process(int(worker.stdout.readline()))
    assert worker.stdout.readline() == "it hangs\n"
    children = zygote.children()
    assert children
    worker.kill()
    worker.wait()
    worker.stdout.close()
    for process in (zygote, *children):
        assert_gone(process.pid)


def assert_gone(pid: int) -> None:
    eventually(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
