"""Two hundred thousand assets: no page reads more of them than it shows, but where it says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mediadock.uploads.admin.readonly import MOST_ROWS
from stack.operators import ASSETS, QUEUES, STORAGE

pytestmark = pytest.mark.slow

MANY = 200_000
_INSERT = """
    INSERT INTO mediadock_asset (owner_id, profile, kind, audience, file_name, declared_type, size_bytes, object_key,
                                 state, attempt, variants, expires_at, created_at, updated_at, error_code)
    SELECT %(owner)s, 'chat', 'image', ARRAY[%(owner)s]::bigint[], 'photo-' || n || '.jpg', 'image/jpeg', 1000,
           'many/' || n,
           CASE WHEN n %% 2000 = 0 THEN 'failed' WHEN n %% 2000 = 1 THEN 'pending' ELSE 'ready' END, 1, '{}',
           now() + interval '1 day', now() - n * interval '1 second', now(),
           CASE WHEN n %% 2000 = 0 THEN 'worker_died' END
      FROM generate_series(1, %(many)s) AS n
"""


@pytest.fixture(scope="module")
def client(django_schema: None) -> Iterator[Client]:
    """A superuser's browser inside a transaction that has all these assets, and is taken back."""
    with transaction.atomic():
        crowd = User.objects.create(username="crowd", password="!")
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, {"owner": crowd.pk, "many": MANY})
            cursor.execute("ANALYZE mediadock_asset")
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(User.objects.create(username="root-of-many", is_staff=True, is_superuser=True))
        yield client
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE mediadock_asset")  # whoever plans next must not believe in them
    connection.close()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?p=90",
        "?state__exact=failed",
        "?state__exact=pending",
        "?state__exact=expired",
        "?concern=error",
        "?concern=under-way",
        "?concern=overdue",
        "?state__exact=failed&kind__exact=image&age=week",
        "?q=@crowd",
        "?q=@nobody",
        "?q=123456789",
        "?q=many/777",
    ],
)
def test_a_page_of_the_list_reads_no_more_than_it_may_show(client: Client, query: str) -> None:
    statements = asked_by(client, ASSETS + query)
    assert len(statements) <= 15, "their number does not grow with the rows"
    assert sum(map(assets_read, statements)) <= 3 * MOST_ROWS


def test_whoever_scans_is_shown_what_was_found(client: Client) -> None:
    with transaction.atomic():
        page = client.get(ASSETS + "?q=photo-199999").content.decode()
        transaction.set_rollback(True)
    assert re.findall(r'<span class="md-name">([^<]+)', page) == ["photo-199999.jpg"]


def test_what_is_beyond_the_first_rows_is_said(client: Client) -> None:
    with transaction.atomic():
        page = client.get(ASSETS).content.decode()
        transaction.set_rollback(True)
    assert f"Only the newest {MOST_ROWS} that match are listed" in page
    assert re.search(r"about 20\d{4} assets in all", page)


def test_an_asset_and_the_queues_read_only_what_they_show(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM mediadock_asset WHERE state = 'failed'")
        [asset_id] = cursor.fetchone()
    for path in (f"{ASSETS}{asset_id}/change/", QUEUES):
        assert sum(map(assets_read, asked_by(client, path))) <= MOST_ROWS, path


def test_the_storage_page_counts_all_of_them_once(client: Client) -> None:
    read = sum(map(assets_read, asked_by(client, STORAGE)))
    assert MANY <= read <= 2 * MANY


def asked_by(client: Client, path: str) -> list[str]:
    """The statements of a page."""
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        assert client.get(path).status_code == 200
        transaction.set_rollback(True)
    statements = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in statements if sql.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in sql]


def assets_read(sql: str) -> int:
    """How many rows of assets, or entries of their indexes, PostgreSQL looks at for a statement."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql.replace("%", "%%"), ())
        answer = cursor.fetchone()[0]
    [plan] = json.loads(answer) if isinstance(answer, str) else answer
    return sum(rows_of(node) for node in nodes(plan["Plan"]) if is_of_assets(node))


def rows_of(node: dict[str, Any]) -> int:
    seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int(seen * node["Actual Loops"])


def is_of_assets(node: dict[str, Any]) -> bool:
    return node.get("Relation Name") == "mediadock_asset" or "mediadock_asset" in node.get("Index Name", "")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
