"""Make the users named in ``MEDIADOCK_DEMO_USERS`` and ``MEDIADOCK_DEMO_OPERATOR``; only the local stack sets them."""

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

        parser.add_argument("--operator", default=os.environ.get("MEDIADOCK_DEMO_OPERATOR", ""))

    def handle(self, *_args: object, users: str, operator: str, **_options: object) -> None:
        for entry in filter(None, (entry.strip() for entry in [*users.split(","), operator])):
            username, separator, password = entry.partition(":")
            if not separator or not username or not password:
                raise CommandError("MEDIADOCK_DEMO_USERS is name:password, separated by commas.")
            ensure_user(username=username, password=password, may_operate=entry == operator)
            self.stdout.write(f"demo {'operator' if entry == operator else 'user'} {username}")


def ensure_user(*, username: str, password: str, may_operate: bool = False) -> None:
    """The user exists and has this password; hashed again only when it is another.

    Rights are given when the user is made, and to nobody who was there before: the name may be somebody's.
    """
    rights = {"is_staff": may_operate, "is_superuser": may_operate}
    user, created = User.objects.get_or_create(username=username, defaults=rights)
    if may_operate and not created and not user.is_superuser:
        return
    if created or not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
