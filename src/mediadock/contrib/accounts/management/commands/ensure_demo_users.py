"""Make the users named in ``MEDIADOCK_DEMO_USERS``; only the local stack sets it."""

from __future__ import annotations

import os
from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """``ensure_demo_users``: idempotent; a user that exists keeps everything but the password."""

    help = "Create the demo users of MEDIADOCK_DEMO_USERS (name:password, separated by commas) that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", default=os.environ.get("MEDIADOCK_DEMO_USERS", ""))

    def handle(self, *_args: object, users: str, **_options: object) -> None:
        for entry in filter(None, (entry.strip() for entry in users.split(","))):
            username, separator, password = entry.partition(":")
            if not separator or not username or not password:
                raise CommandError("MEDIADOCK_DEMO_USERS is name:password, separated by commas.")
            ensure_user(username=username, password=password)
            self.stdout.write(f"demo user {username}")


def ensure_user(*, username: str, password: str) -> None:
    """The user exists and has this password; hashed again only when it is another."""
    user, created = User.objects.get_or_create(username=username)
    if created or not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
