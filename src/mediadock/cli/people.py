"""Whom a name on the command line means."""

from __future__ import annotations

from mediadock.cli.failures import fail
from mediadock.client import Client, User


def find_person(client: Client, name_or_id: str) -> User:
    """The user of that name, or with that id when nobody has it as a name. Exits when there is none."""
    found = {user.username: user for user in client.find_users(name_or_id)}
    if name_or_id in found:
        return found[name_or_id]
    if name_or_id.isascii() and name_or_id.isdigit():
        return User(int(name_or_id), name_or_id)
    others = ", ".join(sorted(found)[:5])
    raise fail(f"There is no user {name_or_id}." + (f" Did you mean {others}?" if others else ""))
