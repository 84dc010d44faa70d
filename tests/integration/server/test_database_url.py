"""``MEDIADOCK_DATABASE_URL`` as libpq reads it: what it asks for besides an address is asked for by every process."""

from __future__ import annotations

import os
import subprocess
import sys

from stack.embedded import Embedded

_PROGRAM = """
import asyncio
import django
django.setup()
from django.db import ProgrammingError, connection
from mediadock.realtime.database import EventStore
from mediadock.uploads.connections import libpq_parameters

async def as_the_socket_process_does():
    store = EventStore()
    await store.open()
    try:
        await store.last_seqs([1])
    finally:
        await store.close()

with connection.cursor() as cursor:
    cursor.execute("SHOW search_path")
    print(cursor.fetchone()[0])
connection.close_pool()
try:
    asyncio.run(as_the_socket_process_does())
except Exception as error:
    print(error.sqlstate)
print(connection.get_connection_params()["sslmode"], libpq_parameters()["sslmode"])
"""


def run(url: str) -> subprocess.CompletedProcess[str]:
    """The program with this address."""
    environment = os.environ | {
        "MEDIADOCK_DATABASE_URL": url,
        "MEDIADOCK_SECRET_KEY": "of-this-test",
        "DJANGO_SETTINGS_MODULE": "mediadock.server.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def test_what_the_address_asks_for_is_asked_for(stack: Embedded, database_url: str) -> None:
    joint = "&" if "?" in database_url else "?"
    asked = f"{joint}sslmode=disable&options=-csearch_path%3Delsewhere"
    ran = run(database_url + asked)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["elsewhere", "42P01", "disable disable"]


def test_what_nobody_knows_is_named_at_the_start() -> None:
    ran = run("postgresql://localhost/mediadock?conn_max_age=600&sslmode=disable")
    assert ran.returncode != 0
    assert ran.stderr.endswith("MEDIADOCK_DATABASE_URL: libpq has no parameter conn_max_age.\n")
