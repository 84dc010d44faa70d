"""What a scrape costs does not grow with what is stored."""

from __future__ import annotations

import json

import psycopg
import pytest

from mediadock.telemetry.questions import QUESTIONS
from stack.observed import Journey

STORED = 20_000
_MANY_READY = """
    INSERT INTO mediadock_asset (owner_id, profile, kind, audience, file_name, declared_type, size_bytes, object_key,
                                 state, expires_at)
    SELECT %s, 'chat', 'image', '{1}', 'many.jpg', 'image/jpeg', 1000, 'many/' || number, 'ready', now()
      FROM generate_series(1, %s) AS number
"""


@pytest.fixture(scope="module")
def plans(journey: Journey) -> list[str]:
    """How PostgreSQL would answer each question of a scrape with many assets that are ready; they are taken back."""
    with psycopg.connect(journey.server.environment["MEDIADOCK_DATABASE_URL"]) as connection:
        connection.execute(_MANY_READY, [journey.sender.user_id, STORED])
        connection.execute("ANALYZE mediadock_asset")
        explained = [
            connection.execute(b"EXPLAIN (FORMAT JSON) " + query.encode()).fetchone()
            for query, _asked, _for in QUESTIONS
        ]
        connection.rollback()
    return [json.dumps(row[0]) for row in explained if row is not None]


def test_no_question_of_a_scrape_reads_all_assets(plans: list[str]) -> None:
    about_assets = [plan for plan in plans if '"mediadock_asset"' in plan]
    assert len(about_assets) == 3
    assert [plan for plan in about_assets if '"Seq Scan"' in plan] == []
