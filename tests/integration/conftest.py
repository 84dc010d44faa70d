"""Django inside pytest, on the real database. It is configured here and not earlier, so unit tests need none of it.

Importing models at the top of a test module is fine: the addresses are known before the servers run.
"""

from __future__ import annotations

import pytest

from stack.embedded import Embedded, use_django

use_django()


@pytest.fixture(scope="session")
def django_schema(stack: Embedded, database_url: str) -> None:
    """The migrated schema and the bucket of this process; ask for it in every test that touches a model."""
    from django.core.management import call_command

    from stack.embedded import IN_PROCESS_BUCKET

    stack.make_bucket(IN_PROCESS_BUCKET)
    call_command("migrate", verbosity=0)
