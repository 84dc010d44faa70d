"""``mediadock doctor`` on a deployment that is well, and on the same one broken in one place each."""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mediadock.local.doctor.database import judged_clock
from mediadock.local.doctor.store_reach import SKEW_FAIL_S
from mediadock.uploads.heartbeats import PROBES
from stack.dishonest import dated, dishonest, takes_everything
from stack.doctor import COMMAND, Diagnosis, ask_doctor, run_doctor
from stack.server import RunningServer
from stack.waiting import eventually

Ask = Callable[..., Diagnosis]

EVERY_PROMISE = {"store-once", "store-length", "store-type", "store-checksum"}


def test_a_deployment_that_is_well_is_all_green_and_has_nothing_left_in_it(
    running_server: RunningServer, ask: Ask
) -> None:
    diagnosis = ask()
    document = json.loads(diagnosis.text)
    assert diagnosis.those("fail") | diagnosis.those("skipped") == set(), diagnosis.text
    # What this machine is, not what the deployment is, may be worth a warning.
    assert diagnosis.those("warn") <= {"sandbox", "work-folder", "open-files"}, diagnosis.text
    assert (diagnosis.code, document["ok"], document["schema"]) == (0, True, 1)
    assert sum(document["counts"].values()) == len(document["checks"]) == 45
    assert set(document["checks"][0]) == {"name", "group", "verdict", "sentence", "mend", "took_s"}
    assert running_server.keys(PROBES) == []
    assert list(running_server.store.list_multipart_uploads(PROBES)) == []


def test_a_wrong_secret_key_of_the_store_is_named_and_what_hangs_on_it_is_not_asked(ask: Ask) -> None:
    diagnosis = ask("store-put", "store-lifecycle", S3_SECRET_KEY="another-secret-than-the-stores")
    assert diagnosis.code == 1
    assert diagnosis.those("fail") == {"store-credentials"}
    assert diagnosis.those("skipped") == {"store-bucket", "store-rights", "store-put", "store-lifecycle"}
    assert set(diagnosis.settings("store-credentials")) == {"MEDIADOCK_S3_SECRET_KEY"}
    assert "another-secret" not in diagnosis.text


def test_a_store_that_takes_everything_and_tells_another_time_breaks_every_promise(
    running_server: RunningServer, ask: Ask
) -> None:
    late = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    store_url = running_server.embedded.stack.seaweedfs.endpoint_url
    with dishonest(store_url, dated(late, takes_everything)) as door:
        diagnosis = ask(*EVERY_PROMISE, "store-clock", S3_ENDPOINT=door.url)
    assert diagnosis.those("fail") == {*EVERY_PROMISE, "store-clock"}
    assert "33 times 200" in diagnosis.sentence("store-once")
    assert all(set(diagnosis.settings(name)) == {"MEDIADOCK_S3_ENDPOINT"} for name in EVERY_PROMISE)
    assert "ahead of this machine's" in diagnosis.sentence("store-clock")
    assert diagnosis.checks["store-clock"]["mend"]["form"] == "command"
    assert running_server.keys(PROBES) == [], "probes go, also those of checks that failed"


@pytest.mark.parametrize(
    ("skew_s", "verdict"),
    [(4.9, "ok"), (-4.9, "ok"), (5.0, "warn"), (-5.0, "warn"), (59.9, "warn"), (60.0, "fail"), (-60.0, "fail")],
)
def test_a_clock_is_judged_by_how_far_off_it_is(skew_s: float, verdict: str) -> None:
    assert judged_clock(skew_s, whose="The clock").verdict == verdict


@pytest.mark.parametrize(("skew_s", "verdict"), [(5.9, "ok"), (6.0, "warn"), (-300.9, "warn"), (-301.0, "fail")])
def test_a_clock_that_is_told_in_whole_seconds_has_that_second_for_free(skew_s: float, verdict: str) -> None:
    assert judged_clock(skew_s, whose="The clock", fail_s=SKEW_FAIL_S, exact_s=1.0).verdict == verdict


def test_a_store_that_never_answers_is_a_sentence_and_no_hang(running_server: RunningServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silence:
        address = f"http://127.0.0.1:{silence.getsockname()[1]}"
        environment = {**running_server.embedded.environment, "MEDIADOCK_S3_ENDPOINT": address}
        ran = run_doctor("--only", "store-put", environment=environment)
    assert ran.returncode == 1
    assert f"✗ store               {address} gave no answer within 8 s.\n" in ran.stdout
    assert "        MEDIADOCK_S3_ENDPOINT=https://STORE.EXAMPLE\n" in ran.stdout
    assert "- store-put           It needs store-rights.\n" in ran.stdout
    assert ran.stdout.endswith("\n1 fail, 4 skipped.\n")
    assert "\x1b" not in ran.stdout, "no colours where there is no terminal"


def test_one_that_is_stopped_halfway_takes_its_probes_along(running_server: RunningServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silence:
        address = f"http://127.0.0.1:{silence.getsockname()[1]}"
        environment = {**running_server.embedded.environment, "MEDIADOCK_S3_PUBLIC_ENDPOINT": address}
        command = [*COMMAND, "--only", "store-endpoints"]
        doctor = subprocess.Popen(command, env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        with doctor:
            eventually(lambda: any("/endpoints-" in key for key in running_server.keys(PROBES)))
            doctor.terminate()
            _, said = doctor.communicate(timeout=240)
    assert (doctor.returncode, said) == (130, b"\nmediadock: Interrupted.\n")
    assert running_server.keys(PROBES) == []


def test_a_key_that_can_be_guessed_is_replaced_by_what_the_pasted_command_prints(ask: Ask) -> None:
    diagnosis = ask("secret-key", "debug", SECRET_KEY="short-key", JWT_SECRET="", DEBUG="1")
    assert (diagnosis.those("fail"), diagnosis.those("warn")) == ({"secret-key"}, {"debug"})
    command = shlex.split(diagnosis.paste("secret-key"))
    printed = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True).stdout
    name, _, value = printed.strip().partition("=")
    pasted = {name: value, **diagnosis.settings("debug")}
    mended = ask("secret-key", "debug", JWT_SECRET="", **{key[len("MEDIADOCK_") :]: pasted[key] for key in pasted})
    assert (mended.code, mended.those("ok")) == (0, {"secret-key", "debug"}), mended.text


@pytest.mark.parametrize(
    ("variable", "value"), [("S3_BUCKET", "Not_A_Bucket"), ("URL_EXPIRY", "soon"), ("EVENT_RETENTION", "60")]
)
def test_a_setting_that_cannot_be_read_is_named(ask: Ask, variable: str, value: str) -> None:
    diagnosis = ask(**{variable: value})
    assert diagnosis.code == 1
    assert diagnosis.those("fail") == {"settings"}
    assert set(diagnosis.settings("settings")) == {f"MEDIADOCK_{variable}"}


def test_a_program_that_is_no_ffmpeg_is_found_and_the_pasted_setting_brings_the_wheels_back(
    running_server: RunningServer,
) -> None:
    these = running_server.embedded
    environment = {**these.environment, "IMAGEIO_FFMPEG_EXE": "/bin/true"}
    diagnosis = ask_doctor(environment, "ffmpeg-redirects", credentials=these.stack.credentials)
    assert (diagnosis.those("fail"), diagnosis.those("skipped")) == ({"ffmpeg"}, {"ffmpeg-redirects"})
    mended = ask_doctor(
        {**environment, **diagnosis.settings("ffmpeg")}, "ffmpeg-redirects", credentials=these.stack.credentials
    )
    assert mended.those("ok") == {"ffmpeg", "ffmpeg-redirects"}, mended.text


def test_without_a_webhook_there_is_a_warning_and_lines_to_paste(ask: Ask) -> None:
    diagnosis = ask("store-events", STORAGE_EVENTS_SECRET="")
    assert (diagnosis.code, diagnosis.those("warn")) == (0, {"store-events"})
    assert "/api/v1/storage/events" in diagnosis.paste("store-events")


def test_where_there_is_nothing_to_examine_the_code_is_2(running_server: RunningServer, tmp_path: Path) -> None:
    nothing = {name: value for name, value in running_server.embedded.environment.items() if "MEDIADOCK" not in name}
    ran = run_doctor(environment=nothing, folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == ("mediadock: MEDIADOCK_SECRET_KEY is not set, and no `mediadock up` has run in .mediadock.\n")
    unknown = run_doctor("--only", "the-weather", environment=running_server.embedded.environment)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "There is no check 'the-weather'. There are: settings, secret-key, " in unknown.stderr
