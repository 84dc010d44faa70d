"""The services of compose.yaml as an engine would start them, but on this machine: what to run, and with what.

Variables are put in, addresses of containers become ports of loopback, mounted folders become folders of a test. What
an engine alone gives is not here: the user of the image, read-only roots, filters of system calls, networks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediadock.local.ports import LOOPBACK
from stack.deployment import compose, image_environment
from stack.files import ROOT

INSIDE: Mapping[str, int] = {
    "postgres": 5432,
    "redis": 6379,
    "seaweedfs": 8333,
    "web": 8000,
    "socket": 8001,
    "nginx": 8080,
}
"""Where each container listens, on addresses of its own."""

OURS = "mediadock:local"
_PACKAGES = "/opt/mediadock/bin"
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(:\?|:-)?([^}]*)\}|(\w+))")
_EXAMPLE = ROOT / "deploy/compose/env.example"


@dataclass(frozen=True)
class Service:
    """One container; ``probe`` is its health check, ``after`` what it waits for, with the condition."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    probe: tuple[str, ...]
    after: Mapping[str, str]

    def is_healthy(self) -> bool:
        """Whether the health check, run as it is written, ends well."""
        return ends_well(self.probe, self.env)


@dataclass(frozen=True)
class Place:
    """This machine: ``ports`` by service, ``folder`` for what is mounted, ``variables`` as ``.env`` has them."""

    folder: Path
    ports: Mapping[str, int]
    variables: Mapping[str, str] = field(repr=False)

    def service(self, name: str) -> Service:
        """The service, to be run here."""
        told = _put_in(compose()["services"][name], self.variables)
        check = told["healthcheck"]
        after = {other: how["condition"] for other, how in told.get("depends_on", {}).items()}
        return Service(
            name,
            tuple(self.own(name, self.mounted(name, part)) for part in told.get("command", ())),
            self._environment(name, told),
            () if check.get("disable") else tuple(self.own(name, part) for part in _argv(check["test"])),
            after,
        )

    def elsewhere(self, text: str) -> str:
        """The text with the addresses of containers as they are here."""
        for name, inside in INSIDE.items():
            text = re.sub(rf"\b{name}:{inside}\b", f"{LOOPBACK}:{self.ports[name]}", text)
        [network] = compose()["networks"]["inside"]["ipam"]["config"]
        return text.replace(network["subnet"], "127.0.0.0/8")

    def own(self, name: str, text: str) -> str:
        """The same for words of the container itself, which listens everywhere in there."""
        text = self.elsewhere(text).replace("0.0.0.0", LOOPBACK)
        return re.sub(rf"\b{INSIDE[name]}\b", str(self.ports[name]), text) if name in INSIDE else text

    def mounted(self, name: str, text: str) -> str:
        """The text with folders that are mounted over the container's own, but for ``/tmp``, as they are here."""
        told = compose()["services"][name]
        volumes = [volume.split(":")[1] for volume in told.get("volumes", ()) if not volume.startswith(".")]
        targets = {*(entry.partition(":")[0] for entry in told.get("tmpfs", ())), *volumes} - {"/tmp"}
        for target in sorted(targets, key=len, reverse=True):
            here = self.folder / name / target.lstrip("/")
            if target in text:
                here.mkdir(parents=True, exist_ok=True)
            text = text.replace(target, str(here))
        return text

    def files_of(self, name: str) -> Path:
        """The root folder of a container that has files of the project mounted: those files, and nothing else."""
        root = self.folder / name
        for volume in compose()["services"][name]["volumes"]:
            source, target, *_ = volume.split(":")
            here, there = ROOT / source, root / target.lstrip("/")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(here, there) if here.is_dir() else shutil.copyfile(here, there)
        return root

    def _environment(self, name: str, told: Any) -> dict[str, str]:
        given = {
            key: self.mounted(name, self.elsewhere(str(value))) for key, value in told.get("environment", {}).items()
        }
        return (image_of_ours() if told["image"] == OURS else {"PATH": _SYSTEM_PATH}) | given


def ends_well(command: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether a probe ends with 0. An engine has less patience; how fast this machine is, is not what is tried."""
    asked = subprocess.run(command, env=dict(env), cwd="/", capture_output=True, timeout=120.0, check=False)
    return asked.returncode == 0


def image_of_ours() -> dict[str, str]:
    """What a process of the image has in its environment, with the packages of this interpreter."""
    told = image_environment()
    assert _PACKAGES in told["PATH"], "the packages are where the image has put them"
    path = told["PATH"].replace(_PACKAGES, sysconfig.get_path("scripts")).replace("$PATH", _SYSTEM_PATH)
    return {**told, "PATH": path, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


def filled_in(values: Mapping[str, str]) -> Mapping[str, str]:
    """``values``, which must be all that the example of ``.env`` leaves open, and no more."""
    assert values.keys() == set(re.findall(r"^(\w+)=$", _EXAMPLE.read_text(), re.MULTILINE))
    return values


def _put_in(told: Any, variables: Mapping[str, str]) -> Any:
    """The same document with its variables put in, as Compose does it."""
    if isinstance(told, str):
        return _VARIABLE.sub(lambda found: _value(found, variables), told)
    if isinstance(told, list):
        return [_put_in(part, variables) for part in told]
    return {key: _put_in(value, variables) for key, value in told.items()} if isinstance(told, dict) else told


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    dollar, name, how, default, bare = found.groups()
    if dollar:
        return "$"
    value = variables.get(name or bare, "")
    assert value or how == ":-", f"compose would not start: {name or bare} has no value"
    return str(value or default)


def _argv(test: list[str]) -> list[str]:
    kind, *words = test
    assert kind in ("CMD", "CMD-SHELL")
    return words if kind == "CMD" else ["sh", "-c", *words]
