"""``mediadock doctor`` as an operator runs it, and its document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mediadock.local.credentials import Credentials

COMMAND = (sys.executable, "-c", "from mediadock.cli.main import app; app()", "doctor")
_WHAT_IT_BECOMES = (sys.executable, "-P", "-m", "mediadock.local.doctor")
"""The same from there on, where the environment leads to the deployment; half as long to start."""

_LIMIT_S = 240
_NO_SECRETS = ("s3_access_key",)  # the name of a key: it stands in every presigned URL


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor said; ``text`` is all that it wrote."""

    code: int
    text: str

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        """Each check's entry by its name."""
        return {check["name"]: check for check in json.loads(self.text)["checks"]}

    def those(self, verdict: str) -> set[str]:
        """The names of the checks with this verdict."""
        return {name for name, check in self.checks.items() if check["verdict"] == verdict}

    def sentence(self, name: str) -> str:
        """What was said of one check."""
        return str(self.checks[name]["sentence"])

    def paste(self, name: str) -> str:
        """What there is to paste."""
        return str(self.checks[name]["mend"]["paste"])

    def settings(self, name: str) -> dict[str, str]:
        """The variables that are to be pasted."""
        assert self.checks[name]["mend"]["form"] == "setting"
        pairs = (line.partition("=") for line in self.paste(name).splitlines())
        return {variable: value for variable, _, value in pairs}

    def document(self, name: str) -> Any:
        """The JSON that is to be pasted."""
        assert self.checks[name]["mend"]["form"] == "json"
        return json.loads(self.paste(name))


def ask_doctor(
    environment: Mapping[str, str],
    *only: str,
    credentials: Credentials,
    under: Sequence[str] = (),
    complains: str = "",
    **settings: str,
) -> Diagnosis:
    """The doctor's document about a deployment with ``MEDIADOCK_<settings>`` of its own; no secret is in it.

    ``under`` is a command line that takes the doctor's as its last words; ``complains`` is what Python itself must say.
    """
    env = {
        **environment,
        "DJANGO_SETTINGS_MODULE": "mediadock.server.settings",
        "MEDIADOCK_LOG_LEVEL": "CRITICAL",
        **{f"MEDIADOCK_{name}": value for name, value in settings.items()},
    }
    options = [part for name in only for part in ("--only", name)]
    ran = _run([*under, *_WHAT_IT_BECOMES, "--json", *options], environment=env, folder=Path("/"))
    assert complains in ran.stderr if complains else ran.stderr == "", ran.stderr
    for name, secret in asdict(credentials).items():
        assert name in _NO_SECRETS or secret not in ran.stdout, f"{name} is in the report"
    assert "X-Amz-Signature" not in ran.stdout
    return Diagnosis(ran.returncode, ran.stdout)


def run_doctor(
    *arguments: str, environment: Mapping[str, str], folder: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return _run([*COMMAND, *arguments], environment=environment, folder=folder)


def _run(argv: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
