"""The files of the project, as git knows them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[Path, ...]:
    """Everything that is committed or about to be, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files below ``folders``, without migrations, which Django writes."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and "migrations" not in path.parts and path.is_relative_to(ROOT)
        if any(path.is_relative_to(ROOT / folder) for folder in folders)
    ]
