"""Many users of a running platform, as a busy server sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from support.platform import Platform

_MAKE = """
import django; django.setup()
import sys, time
from django.contrib.auth.models import User
from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
names = [f"bench{number}" for number in range(int(sys.argv[1]))]
User.objects.bulk_create([User(username=name) for name in names], ignore_conflicts=True)
for pk in User.objects.filter(username__in=names).order_by("pk").values_list("pk", flat=True):
    print(pk, issue(token_settings(), user_id=pk, now=time.time()))
"""


@dataclass(frozen=True)
class User:
    """An id, and a token that lives a quarter of an hour."""

    user_id: int
    token: str


def make_users(platform: Platform, count: int = 64) -> list[User]:
    """So many users, who exist from then on and cannot sign in: hashing their passwords would take a while."""
    env = {**os.environ, **platform.env}
    command = (sys.executable, "-c", _MAKE, str(count))
    printed = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return [User(int(user_id), token) for user_id, token in (line.split() for line in printed.splitlines())]
