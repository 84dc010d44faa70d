"""What must have happened before the programs start: the schema, the demo users, the bucket. One process for all.

Every command may be run again; each start does.
"""

from __future__ import annotations

import django
from django.core.management import call_command


def main() -> None:
    """Raises what a command raises: the start then ends with it."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("ensure_demo_users")
    call_command("ensure_bucket")


if __name__ == "__main__":
    main()
