"""Every dependency has its reason in the README and its pin, with hashes, in ``requirements/``."""

from __future__ import annotations

import re
import tomllib

import pytest

from stack.files import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def _names(requirements: list[str]) -> list[str]:
    return [found[0].lower() for found in map(_NAME.match, requirements) if found]


_RUNTIME = _names(_PROJECT["dependencies"])
_LOCAL = _names(_PROJECT["optional-dependencies"]["local"])
_OTEL = _names(_PROJECT["optional-dependencies"]["otel"])
_DEV = _names(_PROJECT["optional-dependencies"]["dev"])


@pytest.mark.parametrize("name", [*_RUNTIME, *_LOCAL, *_OTEL])
def test_a_dependency_has_its_reason_in_the_readme(name: str) -> None:
    assert re.search(rf"(?m)^\|.*`{re.escape(name)}`.*\|", (ROOT / "README.md").read_text()), f"no row for {name}"


@pytest.mark.parametrize(
    ("file", "names"), [("runtime.txt", [*_RUNTIME, *_LOCAL]), ("dev.txt", [*_RUNTIME, *_OTEL, *_DEV])]
)
def test_a_dependency_is_pinned(file: str, names: list[str]) -> None:
    pinned = {name for name, _ in _PIN.findall((ROOT / "requirements" / file).read_text())}
    assert set(names) - pinned == set(), "run make lock"


def test_both_sets_of_pins_agree() -> None:
    runtime, dev, build = (
        set(_PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())) for name in ("runtime", "dev", "build")
    )
    assert runtime <= dev
    in_both = {name for name, _ in dev} & {name for name, _ in build}
    assert {pin for pin in build if pin[0] in in_both} <= dev


@pytest.mark.parametrize("file", ["runtime.txt", "dev.txt", "build.txt", "node.txt"])
def test_pins_have_hashes_and_name_no_host(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
