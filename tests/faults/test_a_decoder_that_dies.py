"""What decodes a stranger's bytes is killed at any level: the asset fails by name or is done by the next."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from faults.oracle import assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from mediadock.local.family import descendants
from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import Upload, send, told
from stack.waiting import eventually


def test_a_decoder_that_is_killed_fails_its_picture_which_can_be_retried(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first")
    upload = dance_in_the_making(sender, receiver)
    decoder = decoder_of(server, "first")
    decoder.kill()

    failed = upload.settled()
    assert (failed["state"], failed["error"]["code"]) == ("failed", "decoder_crashed")
    assert failed["error"]["retryable"]
    assert failed["variants"] == {}
    assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202

    done = upload.wait(lambda asset: asset["state"] == "ready")
    assert done["error"] is None
    assert [stage for stage, _ in told(receiver)[upload.asset_id]].count("failed") == 1
    assert_no_gaps(sender, receiver)
    eventually(lambda: len(server.keys(f"media/{upload.asset_id}/")) == 5)
    assert_published_once(server, [upload])


def test_a_zygote_that_is_killed_is_replaced(server: BreakableServer, sender: Api, receiver: Api) -> None:
    server.start_worker("first")
    upload = dance_in_the_making(sender, receiver)
    decoder_of(server, "first").parent().kill()

    assert upload.settled()["error"]["code"] == "decoder_crashed"
    for number in range(4):
        after = send(sender, receiver, quick_jpeg(), name=f"{number}.jpg", content_type="image/jpeg")
        assert after.settled()["state"] == "ready"


@pytest.mark.slow
def test_a_file_that_takes_its_worker_along_three_times_is_given_up_and_can_be_retried(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first", LEASE="1")
    upload = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    for attempt in (1, 2, 3):
        upload.wait(lambda asset, now=attempt: (asset["attempt"], asset["stage"]) == (now, "thumbnail_ready"))
        decoder = decoder_of(server, "first")
        zygote = decoder.parent()
        os.kill(zygote.ppid(), signal.SIGKILL)
        _, left = psutil.wait_procs([decoder, zygote], timeout=5.0)
        assert left == []

    given_up = upload.settled()
    assert (given_up["state"], given_up["error"]["code"]) == ("failed", "worker_died")
    assert given_up["error"]["retryable"]
    assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202
    done = upload.wait(lambda asset: asset["state"] == "ready")
    assert done["attempt"] == 1
    assert_no_gaps(sender, receiver)
    eventually(lambda: len(descendants(server.supervisor.pid("first"))) == 4)


def test_a_job_that_takes_too_long_fails_with_a_timeout(server: BreakableServer, sender: Api, receiver: Api) -> None:
    server.start_worker("first", PROCESS_TIME_LIMIT="0")
    upload = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    failed = upload.settled()
    assert (failed["state"], failed["error"]["code"]) == ("failed", "timeout")
    assert failed["error"]["retryable"]


def dance_in_the_making(sender: Api, receiver: Api) -> Upload:
    """A picture whose thumbnails are there and whose end is seconds away."""
    upload = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    upload.wait(lambda asset: asset["stage"] == "thumbnail_ready")
    return upload


def decoder_of(server: BreakableServer, worker: str) -> psutil.Process:
    """The one child that decodes just now: worker, pool process, zygote, decoder."""
    pool = psutil.Process(server.supervisor.pid(worker)).children()
    decoders = [decoder for process in pool for zygote in process.children() for decoder in zygote.children()]
    assert len(decoders) == 1
    return decoders[0]
