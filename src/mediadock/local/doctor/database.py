"""Is PostgreSQL there, new enough, in step with our clock, and migrated?"""

from __future__ import annotations

import time

import psycopg

from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.findings import Finding, command, fail, ok, setting, warn

OLDEST = 14
CLOCK_WARN_S, CLOCK_FAIL_S = 5.0, 60.0
"""Expiries are written by the database's clock and signed by ours; the store allows 15 minutes, users see seconds."""

_TIMEOUT_S = 5
_MIGRATE = "python -m django migrate --noinput"


def reachable(_deployment: Deployment) -> Finding:
    """It lets us in."""
    try:
        with _connected() as connection:
            version = str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]  # one row
    except psycopg.Error as error:
        mend = setting("MEDIADOCK_DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE")
        return fail(f"PostgreSQL does not let us in: {_first_line(error)}", mend)
    return ok(f"PostgreSQL {version.partition(' ')[0]} answers.")


def version(_deployment: Deployment) -> Finding:
    """It is new enough."""
    with _connected() as connection:
        major = connection.info.server_version // 10_000
    if major < OLDEST:
        mend = setting("MEDIADOCK_DATABASE_URL=postgresql://USER:PASSWORD@NEWER_HOST:5432/DATABASE")
        return fail(f"PostgreSQL {major} is too old: {OLDEST} or newer is needed.", mend)
    return ok(f"Version {major}; {OLDEST} or newer is needed.")


def clock(_deployment: Deployment) -> Finding:
    """Its clock and this machine's agree."""
    with _connected() as connection:
        before = time.time()
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
        after = time.time()
    assert row is not None
    return judged_clock(float(str(row[0])) - (before + after) / 2, whose="PostgreSQL's clock")


def judged_clock(skew_s: float, *, whose: str, fail_s: float = CLOCK_FAIL_S, exact_s: float = 0.0) -> Finding:
    """The finding for a clock that is ``skew_s`` ahead of ours, known to ``exact_s``."""
    skew_s = max(0.0, abs(skew_s) - exact_s) * (1 if skew_s > 0 else -1)
    said = f"{whose} is {abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} this machine's."
    mend = command("timedatectl set-ntp true", say="On the machine whose clock is wrong:")
    if abs(skew_s) >= fail_s:
        return fail(said, mend)
    if abs(skew_s) >= CLOCK_WARN_S:
        return warn(said, mend)
    return ok(f"{whose} and this machine's agree.")


def migrations(_deployment: Deployment) -> Finding:
    """The schema is the one that this version was written for."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = [
        f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    if missing:
        shown = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        sentence = f"{len(missing)} migrations are not applied: {shown}."
        return fail(sentence, command(_MIGRATE, say="Before the new processes start, run:"))
    known = set(executor.loader.disk_migrations)
    ours = {app for app, _ in known}
    newer = [
        f"{app}.{name}" for app, name in executor.loader.applied_migrations if app in ours and (app, name) not in known
    ]
    if newer:
        return warn(f"The database is newer than this code: it has {', '.join(sorted(newer)[:3])}.")
    return ok("All are applied.")


def _connected() -> psycopg.Connection[tuple[object, ...]]:
    from mediadock.uploads.connections import libpq_parameters

    given = libpq_parameters()
    options = f"{given.get('options', '')} -c statement_timeout={_TIMEOUT_S * 1000}".strip()
    return psycopg.connect(**given | {"connect_timeout": _TIMEOUT_S, "options": options}, autocommit=True)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
