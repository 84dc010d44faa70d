"""Whose heartbeat is missing, by the database's clock."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def silent(names: Sequence[str], *, within_s: float) -> list[str]:
    """Those of ``names`` that were not heard of for so long.

    A queue whose workers have their hands full cannot take the task that writes its heartbeat; leases that somebody
    keeps renewing say as much.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HEARD_OF, [within_s])
        heard_of = {row[0] for row in cursor.fetchall()}
    return [name for name in names if name not in heard_of]


_HEARD_OF = """
    SELECT name FROM mediadock_heartbeat WHERE beaten_at > clock_timestamp() - make_interval(secs => %s)
    UNION
    SELECT 'queue:' || kind FROM mediadock_asset WHERE lease_token IS NOT NULL AND lease_until > clock_timestamp()
"""
