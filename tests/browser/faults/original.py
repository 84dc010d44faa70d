"""What the store has in the end, compared with what was picked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from browser.faults.files import sha256_of
from stack.client import Api, call


def is_whole(person: Api, ended: dict[str, Any], file: Path) -> bool:
    """Whether the one asset of an upload is ready, and the original that its owner gets is the very file."""
    (asset,) = ended["assets"]
    told = person.get(f"/assets/{asset['asset_id']}/").json()
    assert told["state"] == "ready", told
    answer = call("GET", told["variants"]["original"]["url"])
    assert answer.status == 200, answer.body[:500]
    return hashlib.sha256(answer.body).hexdigest() == sha256_of(file)
