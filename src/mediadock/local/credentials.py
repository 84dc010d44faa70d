"""The secrets of one local stack: made once, kept in its data directory, readable by its owner alone."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediadock.local.errors import CredentialsUnreadable


def _secret() -> str:
    return secrets.token_hex(32)


@dataclass(frozen=True)
class Credentials:
    """Every secret is random and of 256 bits; none is ever printed but the operator's, who types it."""

    secret_key: str = field(default_factory=_secret, repr=False)
    jwt_secret: str = field(default_factory=_secret, repr=False)
    postgres_password: str = field(default_factory=_secret, repr=False)
    redis_password: str = field(default_factory=_secret, repr=False)
    s3_access_key: str = field(default_factory=lambda: secrets.token_hex(10), repr=False)
    s3_secret_key: str = field(default_factory=_secret, repr=False)
    storage_events_secret: str = field(default_factory=_secret, repr=False)
    operator_password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)
    metrics_token: str = field(default_factory=_secret, repr=False)
    volume_write_key: str = field(default_factory=_secret, repr=False)
    volume_read_key: str = field(default_factory=_secret, repr=False)
    filer_write_key: str = field(default_factory=_secret, repr=False)
    filer_read_key: str = field(default_factory=_secret, repr=False)


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one step, mode 0600 from its first moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def load_credentials(path: Path) -> Credentials:
    """Read the secrets of ``path``; what is not there yet is made and kept. Raises ``CredentialsUnreadable``."""
    known = _known(path)
    names = {item.name for item in dataclasses.fields(Credentials)}
    credentials = Credentials(**{name: value for name, value in known.items() if name in names})
    wanted = dataclasses.asdict(credentials)
    if wanted != known:
        write_private(path, json.dumps(wanted, indent=1))
    return credentials


def _known(path: Path) -> dict[str, Any]:
    """The secrets by name; none where the file is not there."""
    try:
        known = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise CredentialsUnreadable(str(path)) from None  # its cause would quote the file
    if not isinstance(known, dict) or not all(isinstance(secret, str) for secret in known.values()):
        raise CredentialsUnreadable(str(path))
    return known
