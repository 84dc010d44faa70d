"""What must not be in the project: addresses of package indexes, paths of somebody's machine, secrets."""

from __future__ import annotations

import re

import pytest

from stack.files import ROOT, project_files

# Written in two halves so that this file does not find itself.
_FORBIDDEN = {
    "the address of a package index": "(?:pypi|registry" + r"\.npmjs|files\.pythonhosted)\.org",
    "an option that names an index": "--(?:extra-)?index" + "-url",
    "a lock file that names a host": '"resolved"' + ': *"http',
    "a path of somebody's machine": r"/(?:home|Users)" + r"/[a-z]\w+/",
    "a presigned URL": "X-Amz-Signature=" + "[0-9a-f]{64}",
    "an AWS access key": r"\bAKIA" + r"(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}\b",
    "a private key": "-----BEGIN (?:RSA |EC )?PRIVATE" + " KEY-----",
    "an unfinished thought": r"\b(?:TO" + r"DO|FIX" + r"ME)\b",
}
_NO_TEXT = {".png", ".jpg", ".jpeg", ".webp", ".woff2", ".ico", ".avif", ".heic", ".mp4", ".m4a", ".pdf", ".gif"}


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_the_project_does_not_hold(what: str) -> None:
    pattern = re.compile(_FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if path.suffix not in _NO_TEXT
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
