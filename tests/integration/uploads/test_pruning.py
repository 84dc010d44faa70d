"""Events past their time: the beginning of a stream goes, the rest and the newest stay, and nobody waits for it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from mediadock.uploads.conf import conf
from mediadock.uploads.models import Event, Stream
from mediadock.uploads.services.prune import BATCH, prune_events
from mediadock.uploads.tasks import tidy_up
from stack.aged import age, history, kept
from stack.client import Api
from stack.embedded import Embedded

DAY_S = 24 * 3600
RETENTION_D = 90
PATIENCE_S = 30.0

_NOBODY = 5_000_000
_user_ids = count(_NOBODY)


@pytest.fixture
def user_id(django_schema: None) -> int:
    """A stream of this test alone; streams know users only by their number."""
    return next(_user_ids)


@pytest.fixture(autouse=True)
def nothing_old(django_schema: None) -> Iterator[None]:
    """What another test has left is pruned already, and streams of nobody go with their test."""
    prune_events()
    yield
    for model in (Event, Stream):
        model.objects.filter(user_id__gte=_NOBODY).delete()


def report(*arguments: str) -> str:
    """What ``manage.py sweep`` prints."""
    printed = io.StringIO()
    call_command("sweep", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.mark.parametrize(("hours_past", "first_kept"), [(-1, 1), (1, 4)])
def test_the_task_that_beat_starts_removes_the_beginning_that_is_older_than_the_retention(
    user_id: int, hours_past: int, first_kept: int
) -> None:
    history(next(_user_ids), 2 * BATCH)  # others have told much before, and all of it is young
    history(user_id, 6)
    age(user_id, up_to=3, days=RETENTION_D + hours_past / 24)
    tidy_up()
    assert kept(user_id) == list(range(first_kept, 7))


def test_the_newest_event_stays_however_old_it_is_and_the_next_follows_it(alice: Api, bob: Api) -> None:
    assert alice.user_id is not None
    history(alice.user_id, 3)
    age(alice.user_id, up_to=3, days=1000)
    assert prune_events() == 2
    assert prune_events() == 0
    assert alice.get("/events/").json() | {"items": None} == {"items": None, "first_seq": 3, "last_seq": 3}
    say(bob, alice)
    assert [event["seq"] for event in alice.get("/events/").json()["items"]] == [3, 4]


def test_what_precedes_an_old_event_goes_with_it_whatever_its_date(user_id: int) -> None:
    """A clock that was ahead for a while leaves no gap."""
    history(user_id, 6)
    age(user_id, up_to=4, days=100)
    age(user_id, up_to=2, days=-400)
    prune_events()
    assert kept(user_id) == [5, 6]


def test_a_backlog_of_many_batches_goes_in_one_round_and_others_keep_their_own(user_id: int) -> None:
    others = [next(_user_ids) for _ in range(3)]
    for number, other in enumerate((user_id, *others)):
        history(other, BATCH + 10 * number)
        age(other, up_to=BATCH, days=100)
    assert prune_events() == BATCH - 1 + 3 * BATCH
    assert [kept(other) for other in (user_id, *others)] == [
        [BATCH],
        *(list(range(BATCH + 1, BATCH + 1 + 10 * number)) for number in (1, 2, 3)),
    ]


def test_two_at_once_remove_each_event_once_and_leave_no_stream_with_a_gap(user_id: int) -> None:
    length = 4 * BATCH
    history(user_id, length)
    age(user_id, up_to=length - 5, days=100)
    over = threading.Event()

    def watch() -> list[list[int]]:
        seen = []
        while not over.is_set():
            seen.append(kept(user_id))
        return seen

    with ThreadPoolExecutor(3) as hands:
        watching = hands.submit(in_thread, watch)
        try:
            removed = [one.result(PATIENCE_S) for one in [hands.submit(in_thread, prune_events) for _ in range(2)]]
        finally:
            over.set()
        seen = watching.result(PATIENCE_S)
    assert sum(removed) == length - 5
    assert kept(user_id) == list(range(length - 4, length + 1))
    assert all(stream == list(range(stream[0], length + 1)) for stream in seen)


@pytest.fixture
def being_pruned(alice: Api, bob: Api) -> Iterator[Api]:
    """Somebody whose old events are just being removed, in a transaction that is not committed yet."""
    assert alice.user_id is not None
    history(alice.user_id, 10)
    age(alice.user_id, up_to=6, days=100)
    with transaction.atomic():
        assert prune_events() == 6
        yield alice


def test_who_appends_and_who_reads_does_not_wait_for_a_batch(being_pruned: Api, bob: Api) -> None:
    say(bob, being_pruned)
    page = being_pruned.get("/events/").json()
    assert ([event["seq"] for event in page["items"]], page["first_seq"]) == (list(range(1, 12)), 1)


def test_a_second_one_leaves_at_once_while_the_first_is_at_a_batch(being_pruned: Api) -> None:
    with ThreadPoolExecutor(1) as hands:
        assert hands.submit(in_thread, prune_events).result(PATIENCE_S) == 0


def test_the_report_counts_and_removes_only_when_told(user_id: int) -> None:
    history(user_id, 5)
    age(user_id, up_to=3, days=100)
    assert "events past their time" not in report()
    assert "events past their time: 3, found; --delete removes them" in report("--events").splitlines()
    assert json.loads(report("--events", "--json"))["events"] == {"removed": False, "count": 3}
    assert kept(user_id) == [1, 2, 3, 4, 5]
    assert "events past their time: 3, removed" in report("--events", "--delete").splitlines()
    assert kept(user_id) == [4, 5]


def test_a_retention_of_nothing_keeps_everything(user_id: int, stack: Embedded) -> None:
    history(user_id, 3)
    age(user_id, up_to=3, days=10_000)
    swept = swept_with_retention("0", stack)
    assert swept.returncode == 0, swept.stderr
    assert "events past their time: 0, removed" in swept.stdout.splitlines()
    assert kept(user_id) == [1, 2, 3]


def test_a_process_whose_retention_is_too_short_says_so_and_does_not_start(stack: Embedded) -> None:
    swept = swept_with_retention("86400", stack)
    assert swept.returncode == 1
    assert "MEDIADOCK_EVENT_RETENTION is 86400 seconds" in swept.stderr
    assert "691200 is the least here" in swept.stderr


def swept_with_retention(seconds: str, stack: Embedded) -> subprocess.CompletedProcess[str]:
    """A round of a sweeper in a process of its own, which has this setting and removes what it may."""
    env = {**os.environ, **stack.in_process_environment, "MEDIADOCK_EVENT_RETENTION": seconds}
    argv = (sys.executable, "-m", "django", "sweep", "--events", "--delete")
    return subprocess.run(argv, env=env, cwd="/", capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("pending_d", "retention_s", "is_taken"),
    [
        (1, 8 * DAY_S, True), (1, 8 * DAY_S - 1, False), (1, 1, False), (1, 0, True), (1, -1, False),
        (30, 37 * DAY_S, True), (30, 37 * DAY_S - 1, False),
    ],
)  # fmt: skip
def test_the_shortest_retention_is_a_week_more_than_an_upload_may_take(
    pending_d: int, retention_s: int, is_taken: bool
) -> None:
    settings: dict[str, Any] = {"pending_ttl_s": pending_d * DAY_S, "event_retention_s": retention_s}
    if is_taken:
        assert replace(conf(), **settings).event_retention_s == retention_s
    else:
        with pytest.raises(ImproperlyConfigured, match=str((pending_d + 7) * DAY_S)):
            replace(conf(), **settings)


def test_a_round_reads_old_rows_by_their_index_and_no_more_than_a_page_of_young_ones(user_id: int) -> None:
    someone = next(_user_ids)
    history(someone, 1000)
    age(someone, up_to=1000, days=100)
    history(user_id, 20 * BATCH)
    with transaction.atomic():
        before = rows_read()
        assert prune_events() == 999
        in_order, by_index = (now - then for now, then in zip(rows_read(), before, strict=True))
    assert in_order == 0
    assert by_index <= 3 * BATCH


def test_a_round_reads_no_more_where_statistics_are_of_a_table_that_was_empty(user_id: int) -> None:
    """As after a long backlog was pruned: PostgreSQL reckons with a row, and would read and sort all there are."""
    history(user_id, 16 * BATCH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mediadock_event")
        Event.objects.filter(user_id=user_id).delete()
        cursor.execute("ANALYZE mediadock_event")
    history(next(_user_ids), 8 * BATCH)
    with transaction.atomic():
        before = rows_read()
        assert prune_events() == 0
        in_order, by_index = (now - then for now, then in zip(rows_read(), before, strict=True))
    assert in_order == 0
    assert by_index <= 3 * BATCH


def rows_read() -> tuple[int, int]:
    """How many rows of the table this transaction has read: one after the other, and by an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'mediadock_event'"
        )
        in_order, by_index = cursor.fetchone()
    return int(in_order), int(by_index)


def say(sender: Api, receiver: Api) -> None:
    """A message of words, of which both are told."""
    assert sender.post(f"/chats/{receiver.user_id}/messages/", text="hello").status == 201


def in_thread(deed: Any) -> Any:
    """In a thread of its own, which gives back its connection to the database."""
    try:
        return deed()
    finally:
        connection.close()
