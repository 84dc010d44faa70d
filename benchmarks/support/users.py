"""Many users of a running platform, as a busy server sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from support.platform import Platform

_ISSUE = """
import django; django.setup()
import time
from django.contrib.auth.models import User
from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
for pk in User.objects.filter(username__startswith="bench").order_by("pk").values_list("pk", flat=True):
    print(pk, issue(token_settings(), user_id=pk, now=time.time()))
"""


@dataclass(frozen=True)
class User:
    """An id, and a token that lives a quarter of an hour."""

    user_id: int
    token: str


def make_users(platform: Platform, count: int = 64) -> list[User]:
    """So many users, who exist from then on."""
    names = ",".join(f"bench{number}:bench{number}" for number in range(count))
    _run(platform, "-m", "django", "ensure_demo_users", MEDIADOCK_DEMO_USERS=names)
    lines = _run(platform, "-c", _ISSUE).splitlines()
    return [User(int(user_id), token) for user_id, token in (line.split() for line in lines)]


def _run(platform: Platform, *arguments: str, **settings: str) -> str:
    env = {**os.environ, **platform.env, **settings}
    return subprocess.run([sys.executable, *arguments], env=env, check=True, capture_output=True, text=True).stdout
