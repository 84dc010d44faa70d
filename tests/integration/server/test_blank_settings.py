"""A number that is left blank, as a template leaves it, is not set: in the workers as in the web process."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = """
from mediadock.server.celery import app
from mediadock.uploads.conf import conf
print(app.conf.task_time_limit - conf().process_time_limit_s)
"""


def test_a_blank_limit_of_time_is_the_default_one_everywhere() -> None:
    blank = {"MEDIADOCK_SECRET_KEY": "of-this-test", "MEDIADOCK_PROCESS_TIME_LIMIT": ""}
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | blank,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "60"), ran.stderr
