"""What a check is, and what it says: a verdict, a sentence, and what to paste to mend it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mediadock.local.doctor.deployment import Deployment


class Verdict(StrEnum):
    """How it stands. A warning works, and may not for long; what is skipped could not be asked."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


Form = Literal["setting", "json", "command", "file"]
"""What ``paste`` is: lines for the environment, a document for the store, a command line, lines of a file."""


@dataclass(frozen=True)
class Mend:
    """Where to put what; ``paste`` is complete but for what stands in capitals."""

    say: str
    form: Form
    paste: str


@dataclass(frozen=True)
class Finding:
    """The answer of one check."""

    verdict: Verdict
    sentence: str
    mend: Mend | None = None


@dataclass(frozen=True)
class Check:
    """One question. It is asked only when those named in ``needs`` were answered well."""

    name: str
    group: str
    ask: Callable[[Deployment], Finding]
    needs: tuple[str, ...] = ()
    within_s: float = 15.0


@dataclass(frozen=True)
class Examined:
    """A check and what it found."""

    check: Check
    finding: Finding
    took_s: float


def ok(sentence: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, sentence)


def warn(sentence: str, mend: Mend | None = None) -> Finding:
    """It works, but."""
    return Finding(Verdict.WARN, sentence, mend)


def fail(sentence: str, mend: Mend | None = None) -> Finding:
    """It does not work."""
    return Finding(Verdict.FAIL, sentence, mend)


def skipped(sentence: str) -> Finding:
    """It was not asked."""
    return Finding(Verdict.SKIPPED, sentence)


def setting(*lines: str, say: str = "Set in the environment of every process:") -> Mend:
    """Variables, a line each."""
    return Mend(say, "setting", "\n".join(lines))


def command(*lines: str, say: str) -> Mend:
    """Something to run."""
    return Mend(say, "command", "\n".join(lines))


def document(content: Mapping[str, object], *, say: str) -> Mend:
    """A JSON document."""
    return Mend(say, "json", json.dumps(content, indent=2))
