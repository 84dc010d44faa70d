"""The list of crash points against the source: whatever is committed, or done elsewhere, has its points."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadock.core.states import State
from mediadock.uploads.crashpoints import CALLS, COMMITS, POINTS
from mediadock.webhooks import crashpoints as of_webhooks
from stack.files import ROOT

ENGINE = ROOT / "src/mediadock/uploads"
SURFACES = ROOT / "src/mediadock/contrib"
PLUMBING = ROOT / "src/mediadock/api"
WEBHOOKS = ROOT / "src/mediadock/webhooks"

WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
STORE_WRITES = {"create_multipart", "complete_multipart", "abort_multipart", "put", "copy", "delete"}
BRACKETS = {"committing", "one_statement"}
ASKS_SOMEBODY = {"attempt"}
"""Functions that send something to a machine that is not ours."""

WITHIN = {
    "uploads/crashpoints.py:_has_written": "asks, and writes nothing",
    "uploads/services/sweep.py:_database_has_just_started": "asks, and writes nothing",
    "uploads/connections.py:the_only_one": "takes a lock, and writes nothing",
    "uploads/admin/readonly.py:asked": "reads, and bounded opens a transaction that cannot write",
    "uploads/events.py:append_event": "every caller has a transaction open",
    "uploads/lifecycle.py:release_ledger": "transition and delete_asset have a transaction open",
    "uploads/outbox.py:enqueue": "a transition's, the sweeper's or one_statement('cleared')",
    "uploads/outbox.py:enqueue_discard_again": "a transition or delete_asset has a transaction open",
    "uploads/outbox.py:_carry_out": "drain has a transaction open",
    "uploads/recording.py:_execute": "record_prepared brackets its one statement",
    "uploads/recording.py:reserve_ids": "counts a sequence on, which nobody takes back",
    "uploads/services/link.py:link_assets": "its caller's transaction",
    "contrib/chat/hooks.py:settle_message": "a hook runs in a transition or delete_asset",
    "contrib/feed/hooks.py:settle_post": "a hook runs in a transition or delete_asset",
    "contrib/feed/hooks.py:publish_when_ready": "a hook's, or submit_post's transaction",
    "contrib/generated/images.py:_renewed": "grant_image has a transaction open",
    "contrib/generated/images.py:_prepared": "grant_image has a transaction open",
    "contrib/generated/arrivals.py:expected_image": "adopt_object has a transaction open",
    "api/idempotency.py:_check_keys_at_once": "writes nothing",
    "api/idempotency.py:_kept": "the transaction that _opening has begun",
    "api/idempotency.py:forget_old_answers": "yesterday's answers, at any time",
    "webhooks/deliveries.py:endpoints_with_work": "reads",
    "webhooks/deliveries.py:endpoints_left_alone": "reads",
    "webhooks/deliveries.py:_settle": "report has a transaction open",
    "webhooks/recording.py:_wanting": "reads, and locks for its caller's transaction",
    "contrib/accounts/management/commands/ensure_demo_users.py:ensure_user": "no request; run again at every start",
}
"""Functions that write and leave the commit to others, each with who that is."""

NO_POINT_BEHIND = {
    "uploads/services/prepare.py:_give_back": "nothing was recorded, and nothing is committed after it",
    "uploads/relay.py:give_back": "multipart_given_back, or orphans_removed, is its callers'",
}


def test_every_commit_and_every_call_that_changes_the_store_has_its_crash_points() -> None:
    bare = [place for place, function in functions() if place not in WITHIN and writes_barely(function)]
    unseen = [place for place, function in functions() if place not in NO_POINT_BEHIND and calls_barely(function)]
    assert (bare, unseen) == ([], [])


def test_nothing_is_excused_that_is_not_there() -> None:
    writing = {place for place, function in functions() if writes_barely(function)}
    calling = {place for place, function in functions() if calls_barely(function)}
    assert set(WITHIN) - writing == set()
    assert set(NO_POINT_BEHIND) - calling == set()


def test_no_transaction_is_begun_but_with_its_points_around_it() -> None:
    bare = [place for place, function in functions() if "atomic" in called_in(function)]
    reads = {"uploads/admin/readonly.py:bounded", "uploads/lifecycle.py:_held"}  # which locks a row, to wait for it
    assert set(bare) == {*reads, "uploads/crashpoints.py:committing"}


def test_the_table_names_what_the_source_does_and_nothing_else() -> None:
    moves = {state.value for state in State} - {"pending"}  # ``transition`` gives the state's own name
    assert named_in(*KNOWN_TO_THE_ENGINE, by=BRACKETS) | moves == set(COMMITS)
    assert named_in(*KNOWN_TO_THE_ENGINE, by={"crash_point"}) == set(CALLS)


def test_webhooks_have_a_table_of_their_own_for_what_their_source_does() -> None:
    assert named_in(WEBHOOKS, by=BRACKETS) == set(of_webhooks.COMMITS)
    assert named_in(WEBHOOKS, by={"crash_point"}) == set(of_webhooks.CALLS)
    assert not set(of_webhooks.POINTS) & set(POINTS)


@pytest.mark.parametrize(
    ("apps", "orders", "unknown"),
    [
        (["uploads", "webhooks"], "ready.committed,webhook_taken.committed:2", ""),
        (["webhooks", "uploads"], "webhook_attempted", ""),
        (["uploads", "webhooks"], "raedy.committed,webhook_token", "raedy.committed, webhook_token"),
        (["uploads"], "webhook_taken.committed", "webhook_taken.committed"),
    ],
)
def test_a_process_told_to_die_at_a_point_that_none_of_its_apps_has_does_not_start(
    apps: list[str], orders: str, unknown: str
) -> None:
    ran = running(_STARTS.format(apps=[f"mediadock.{app}" for app in apps]), orders)
    assert ran.returncode == (1 if unknown else 0), ran.stderr
    assert not unknown or ran.stderr.endswith(f"MEDIADOCK_CRASH_AT names points that there are not: {unknown}\n")


@pytest.mark.parametrize(
    ("orders", "dies"), [("row_carried", 1), ("row_carried:2", 2), ("*", 1), ("orphans_removed", 0)]
)
def test_a_process_dies_at_the_passage_that_was_ordered(orders: str, dies: int) -> None:
    ran = passing(orders)
    assert ran.stdout.split() == ["1", "2", "3"][: dies - 1 if dies else 3]
    assert ran.returncode == (-9 if dies else 0)


def test_with_marks_only_the_first_dies(tmp_path: Path) -> None:
    runs = [passing("row_carried", MEDIADOCK_CRASH_MARKS=str(tmp_path)).returncode for _ in range(2)]
    assert runs == [-9, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["row_carried"]


def passing(orders: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process that passes one point three times."""
    return running(_PASSES_THREE_TIMES, orders, **environment)


def running(program: str, orders: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment, "MEDIADOCK_CRASH_AT": orders},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


_PASSES_THREE_TIMES = """
from mediadock.uploads.crashpoints import crash_point
for passage in (1, 2, 3):
    crash_point("row_carried")
    print(passage, flush=True)
"""


_STARTS = """
import django
from django.conf import settings
store = dict(endpoint_url="http://127.0.0.1:1", region="r", bucket="bucket", access_key="a", secret_key="s")
settings.configure(INSTALLED_APPS={apps}, MEDIADOCK=dict(store=store, redis_url="redis://127.0.0.1:1"))
django.setup()
"""


def named_in(*folders: Path, by: set[str]) -> set[str]:
    """The points that the source in these folders gives to calls of these names."""
    return {name for _, function in functions(*folders) for name in names_given_to(function, by)}


KNOWN_TO_THE_ENGINE = (ENGINE, SURFACES, PLUMBING)


def functions(*folders: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method, with its place; of the engine, the surfaces, what these share and webhooks."""
    for folder in folders or (*KNOWN_TO_THE_ENGINE, WEBHOOKS):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" in path.parts:
                continue
            place = path.relative_to(ROOT / "src/mediadock")
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield f"{place}:{node.name}", node


def writes_barely(function: ast.FunctionDef) -> bool:
    """Whether it has a statement that writes to the database outside of any bracket of its own."""
    return any(is_database_write(call) for call in outside_brackets(function))


def calls_barely(function: ast.FunctionDef) -> bool:
    """Whether it has the store change something, or asks somebody else, and no crash point in it."""
    is_elsewhere = any(is_store_write(call) or asks_somebody(call) for call in calls_in(function))
    return is_elsewhere and not names_given_to(function, {"crash_point"})


def is_database_write(call: ast.Call) -> bool:
    """``cursor.execute``, or a writing method of a model or a queryset."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr == "execute":
        return ast.unparse(call.func.value) == "cursor"
    receiver = ast.unparse(call.func.value)
    is_model = ".objects" in receiver or receiver in _ROWS or receiver.startswith("deliveries.")
    return call.func.attr in WRITES and is_model


_ROWS = {"message", "post", "album", "locked", "image", "asset", "user", "record"}


def is_store_write(call: ast.Call) -> bool:
    """A changing method of ``object_store()`` or of what was called ``store``."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in STORE_WRITES:
        return False
    return ast.unparse(call.func.value) in {"object_store()", "store"}


def asks_somebody(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ASKS_SOMEBODY


def outside_brackets(node: ast.AST) -> Iterator[ast.Call]:
    """The calls below a node that are in no ``with committing(…)``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.With) and any(is_bracket(item.context_expr) for item in child.items):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from outside_brackets(child)


def is_bracket(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name) and expression.func.id in BRACKETS


def calls_in(function: ast.FunctionDef) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def called_in(function: ast.FunctionDef) -> set[str]:
    """The last names of what it calls."""
    return {call.func.attr for call in calls_in(function) if isinstance(call.func, ast.Attribute)}


def names_given_to(function: ast.FunctionDef, names: set[str]) -> set[str]:
    """The constant first arguments of calls of these names."""
    return {
        str(call.args[0].value)
        for call in calls_in(function)
        if isinstance(call.func, ast.Name) and call.func.id in names and isinstance(call.args[0], ast.Constant)
    }


def test_points_are_two_for_each_commit_and_one_for_each_call() -> None:
    assert len(POINTS) == len(set(POINTS)) == 2 * len(COMMITS) + len(CALLS)
    of_webhooks_too = 2 * len(of_webhooks.COMMITS) + len(of_webhooks.CALLS)
    assert len(of_webhooks.POINTS) == len(set(of_webhooks.POINTS)) == of_webhooks_too
