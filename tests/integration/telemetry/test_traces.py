"""One trace an asset, exported by OTLP from three kinds of processes to a collector that is really there."""

from __future__ import annotations

import subprocess
import sys

from stack.observed import CALLER, TOKEN, Journey
from stack.otlp import Span
from stack.waiting import eventually

STEPS = ["prepare", "complete", "wait", "verify", "decode", "download", "publish", "job", "uploaded", "ready"]


def spans_of_the_picture(journey: Journey) -> dict[str, Span]:
    collector, asset_id = journey.server.collector, journey.ready.asset_id
    eventually(lambda: set(collector.of_asset(asset_id)) >= set(STEPS))
    return collector.of_asset(asset_id)


def test_every_step_is_in_one_trace_below_prepare(journey: Journey) -> None:
    spans = spans_of_the_picture(journey)
    assert sorted(spans) == sorted(STEPS)
    assert len({span.trace_id for span in spans.values()}) == 1
    root, job = spans["prepare"], spans["job"]
    assert root.parent_id == ""
    below_the_root = {name for name, span in spans.items() if span.parent_id == root.span_id}
    assert below_the_root == {"complete", "wait", "job", "uploaded", "ready"}
    below_the_job = {name for name, span in spans.items() if span.parent_id == job.span_id}
    assert below_the_job == {"verify", "decode", "download", "publish"}


def test_spans_have_the_times_of_what_they_stand_for(journey: Journey) -> None:
    spans = spans_of_the_picture(journey)
    assert all(span.began <= span.ended for span in spans.values())
    job = spans["job"]
    for name in ("verify", "decode", "download", "publish"):
        assert job.began <= spans[name].began, name
        assert spans[name].ended <= job.ended, name
    assert spans["prepare"].began < spans["complete"].began < job.began


def test_the_trace_of_the_caller_is_linked_to(journey: Journey) -> None:
    spans = spans_of_the_picture(journey)
    assert spans["prepare"].links == (CALLER,)
    assert spans["prepare"].trace_id != CALLER


def test_another_asset_has_another_trace_with_its_reason(journey: Journey) -> None:
    collector, asset_id = journey.server.collector, journey.rejected.asset_id
    eventually(lambda: "rejected" in collector.of_asset(asset_id))
    refused = collector.of_asset(asset_id)["rejected"]
    assert refused.attributes["error.type"] == journey.rejected.asset()["error"]["code"]
    assert refused.trace_id != spans_of_the_picture(journey)["ready"].trace_id


def test_nothing_that_was_exported_holds_a_secret_a_name_or_a_key(journey: Journey) -> None:
    spans_of_the_picture(journey)
    exported = b"".join(journey.server.collector.bodies)
    assert b"mediadock" in exported
    credentials = journey.server.embedded.stack.credentials
    for secret in (TOKEN, credentials.jwt_secret, credentials.s3_secret_key, journey.sender.token or "", "X-Amz-"):
        assert secret.encode() not in exported
    for private in ("beach", "incoming/", str(journey.sender.username)):
        assert private.encode() not in exported


WITHOUT_THE_EXTRA = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
import django
django.setup()
import mediadock.server.urls, mediadock.uploads.tasks
print("mediadock.telemetry.tracing" in sys.modules)
"""


def without_the_extra(journey: Journey, **settings: str) -> subprocess.CompletedProcess[str]:
    argv = (sys.executable, "-c", WITHOUT_THE_EXTRA)
    env = journey.server.environment | settings
    return subprocess.run(argv, env=env, cwd="/", capture_output=True, text=True, timeout=240, check=False)


def test_without_traces_the_extra_is_not_needed(journey: Journey) -> None:
    ran = without_the_extra(journey, MEDIADOCK_TRACES="")
    assert ran.stdout == "False\n", ran.stderr


def test_with_traces_a_missing_extra_is_said_at_the_start(journey: Journey) -> None:
    ran = without_the_extra(journey, MEDIADOCK_TRACES="otlp")
    assert ran.returncode == 1
    assert "pip install 'mediadock[otel]'" in ran.stderr
