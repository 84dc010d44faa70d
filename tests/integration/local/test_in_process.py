"""Django inside pytest works on rows that the running server does not see."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection

from stack.embedded import IN_PROCESS_DATABASE, Embedded


@pytest.mark.usefixtures("django_schema")
def test_models_work_in_a_database_of_this_process(database_url: str, stack: Embedded) -> None:
    name = f"in-process-{uuid4().hex[:8]}"
    User.objects.create(username=name)
    assert connection.settings_dict["NAME"] == IN_PROCESS_DATABASE
    assert _knows(database_url, name)
    assert database_url != stack.environment["MEDIADOCK_DATABASE_URL"]


def _knows(url: str, username: str) -> bool:
    with psycopg.connect(url) as rows:
        return rows.execute("SELECT 1 FROM auth_user WHERE username = %s", [username]).fetchone() is not None
