"""Do the processes live? Each is asked to do something tiny, and a row in PostgreSQL says that it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.door import UnansweredError, knock
from mediadock.local.doctor.findings import Finding, command, fail, ok, setting, warn
from mediadock.uploads import heartbeats, outbox
from mediadock.uploads.models import MediaAsset, Outbox
from mediadock.uploads.queues import HEARTBEAT_TASK, QUEUES

ROUND_TRIP_S = 12.0
_LOOK_S = 0.1
_SWEPT_LATELY = timedelta(seconds=30)
_OVERDUE = timedelta(minutes=2)
_MANY_ATTEMPTS = 6  # a minute of them
_ENVIRONMENT = "Start, with the environment of the others:"
_WORKER = "celery -A mediadock.server.celery:app worker -n NAME@%h -Q {queues} -c 2"
_BEAT = "celery -A mediadock.server.celery:app beat --schedule /var/lib/mediadock/beat-schedule"


def broker(deployment: Deployment) -> Finding:
    """Celery's broker takes messages."""
    from mediadock.server.celery import app

    try:
        with app.connection_for_write(transport_options={"socket_connect_timeout": 5, "socket_timeout": 5}) as line:
            line.ensure_connection(max_retries=1, timeout=5, interval_start=0.1)
    except Exception as error:  # noqa: BLE001 - each transport of kombu has errors of its own
        scheme = deployment.broker_url.partition("://")[0]
        mend = setting(f"MEDIADOCK_BROKER_URL={scheme}://USER:PASSWORD@HOST")
        return fail(f"The broker does not answer: {str(error).partition(chr(10))[0]}", mend)
    return ok("The broker answers.")


def workers(_deployment: Deployment) -> Finding:
    """Somebody reads every queue: a task goes through each, and writes a row."""
    from mediadock.server.celery import app

    since = now_in_database()
    for queue in QUEUES:
        app.send_task(HEARTBEAT_TASK, args=[queue], queue=queue, expires=ROUND_TRIP_S)
    began = time.monotonic()
    _until(lambda: not _silent_since(since), ROUND_TRIP_S)
    silent = _silent_since(since)
    if not silent:
        return ok(f"Each of the {len(QUEUES)} queues is read; the round trip took {time.monotonic() - began:.1f} s.")
    busy = _busy(silent)
    if set(busy) == set(silent):
        hands = ", ".join(f"{count} in {queue}" for queue, count in busy.items())
        return warn(f"Every place is taken ({hands}): ask again later, or add workers.")
    idle = [queue for queue in silent if queue not in busy]
    mend = command(_WORKER.format(queues=",".join(idle)), say=_ENVIRONMENT)
    return fail(f"Nobody reads {_named('queue', idle)}: what waits there is not processed.", mend)


def beat(_deployment: Deployment) -> Finding:
    """The sweeper went round lately, which beat starts."""
    if _until(lambda: _swept_ago() is not None and _swept_ago() < _SWEPT_LATELY, ROUND_TRIP_S):  # type: ignore[operator]
        return ok("The sweeper goes round.")
    ago = _swept_ago()
    since = "has never gone round" if ago is None else f"last went round {ago.total_seconds():.0f} s ago"
    sentence = f"The sweeper {since}: beat does not start it, and what got lost is not found."
    return fail(sentence, command(_BEAT, say="Start one, with the environment of the others:"))


def relay(_deployment: Deployment) -> Finding:
    """The outbox is carried: a row that asks for nothing goes away."""
    before = Outbox.objects.order_by("-id").values_list("id", flat=True).first() or 0
    outbox.enqueue_discard(keys=[])
    ours = Outbox.objects.filter(id__gt=before, topic=outbox.DISCARD, payload__keys=[], payload__upload_id=None)
    if not _until(lambda: not ours.exists(), ROUND_TRIP_S):
        ours.delete()
        mend = command("python -m django run_relay", say=_ENVIRONMENT)
        return fail("Nobody carries the outbox: new files are not told to the workers.", mend)
    overdue = Outbox.objects.filter(Q(available_at__lt=Now() - _OVERDUE) | Q(attempts__gte=_MANY_ATTEMPTS))
    if count := overdue.count():
        topics = ", ".join(sorted(set(overdue.values_list("topic", flat=True))))
        return warn(f"{count} rows of the outbox ({topics}) fail again and again: see the relay's log.")
    return ok("The outbox is carried, and nothing is left in it.")


def web(deployment: Deployment) -> Finding:
    """The web process answers at its public address."""
    address = deployment.conf.public_url.rstrip("/")
    mend = setting(f"MEDIADOCK_PUBLIC_URL={address}", say="If browsers reach it elsewhere, say where:")
    try:
        status = knock("GET", f"{address}/healthz").status
    except UnansweredError as silence:
        return warn(f"From here the web process cannot be asked: {silence}", mend)
    if status != 200:
        return warn(f"{address}/healthz answers {status}: MEDIADOCK_PUBLIC_URL is not the web process's.", mend)
    return ok(f"It answers at {address}.")


def now_in_database() -> datetime:
    """The database's clock, which heartbeats go by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _silent_since(since: datetime) -> list[str]:
    beats = heartbeats.last_beats()
    return [queue for queue in QUEUES if (beats.get(heartbeats.of_queue(queue)) or since) <= since]


def _busy(queues: list[str]) -> dict[str, int]:
    """How many files of each of these kinds are being worked on right now."""
    held = MediaAsset.objects.filter(state=State.PROCESSING, lease_until__gt=Now(), kind__in=queues)
    return dict(held.values_list("kind").annotate(Count("id")))


def _swept_ago() -> timedelta | None:
    last = heartbeats.last_beats().get(heartbeats.SWEEP)
    return None if last is None else now_in_database() - last


def _named(noun: str, names: list[str]) -> str:
    return f"the {noun} {names[0]}" if len(names) == 1 else f"the {noun}s {', '.join(names[:-1])} and {names[-1]}"


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_S)
    return True
