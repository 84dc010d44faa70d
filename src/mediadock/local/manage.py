"""Django's management commands under the name that a person called them by (``mediadock.cli.manage``).

``python -m django webhooks --help`` calls itself ``__main__.py webhooks``.
"""

from __future__ import annotations

import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    execute_from_command_line(["mediadock manage", *sys.argv[1:]])
