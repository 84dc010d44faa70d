"""Peers from npm, installed once into the user's cache, never into the repository."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def npm_peer(name: str, dependencies: Mapping[str, str], *, overrides: Mapping[str, str] | None = None) -> Path:
    """The folder that holds ``node_modules`` with these packages; installed on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mediadock-benchmarks" / name
    manifest = json.dumps(
        {"private": True, "type": "module", "dependencies": dict(dependencies), "overrides": dict(overrides or {})}
    )
    file = cache / "package.json"
    if not file.exists() or file.read_text() != manifest:
        cache.mkdir(parents=True, exist_ok=True)
        file.write_text(manifest)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=cache, check=True)
    return cache
