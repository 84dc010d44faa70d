"""Show what was found: lines for a person as they come, or one document for a program. No secret is in either."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TextIO
from urllib.parse import unquote, urlsplit

from rich.console import Console
from rich.text import Text

from mediadock.local.doctor.findings import Examined, Verdict
from mediadock.telemetry.redaction import STRUCK_OUT, redact

SCHEMA = 1
_MARKS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARN: ("!", "yellow"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.SKIPPED: ("-", "dim"),
}
_SECRET_NAMES = ("SECRET", "_KEY", "TOKEN", "PASSWORD")
_SHORTEST_SECRET = 6


class Report:
    """Takes each finding once; ``close`` says what came of all of them."""

    def __init__(self, out: TextIO, *, as_json: bool, environment: Mapping[str, str]) -> None:
        self._console = Console(file=out, highlight=False, soft_wrap=True)
        self._as_json = as_json
        self._secrets = _secrets(environment)
        self._taken: list[Examined] = []

    @property
    def failed(self) -> bool:
        """Whether something does not work."""
        return any(each.finding.verdict is Verdict.FAIL for each in self._taken)

    def take(self, examined: Examined) -> None:
        """Keep it, and show it to a person at once."""
        if not self._as_json:
            self._show(examined, new_group=not self._taken or self._taken[-1].check.group != examined.check.group)
        self._taken.append(examined)

    def close(self) -> None:
        """The sum, or the whole document."""
        counts = Counter(each.finding.verdict.value for each in self._taken)
        if self._as_json:
            document = {
                "schema": SCHEMA,
                "ok": not self.failed,
                "counts": {verdict.value: counts[verdict.value] for verdict in Verdict},
                "checks": [self._entry(each) for each in self._taken],
            }
            self._console.file.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
            return
        said = ", ".join(f"{counts[verdict.value]} {verdict.value}" for verdict in Verdict if counts[verdict.value])
        self._console.print(Text(f"\n{said}."))

    def _show(self, examined: Examined, *, new_group: bool) -> None:
        check, finding = examined.check, examined.finding
        if new_group:
            self._console.print(Text(f"\n{check.group}", style="bold"))
        mark, style = _MARKS[finding.verdict]
        line = Text.assemble((f"  {mark} ", style), f"{check.name:<19} ", redact(self._clean(finding.sentence)))
        self._console.print(line)
        if finding.mend is not None:
            self._console.print(Text(f"      {self._clean(finding.mend.say)}", style="italic"))
            for pasted in self._clean(finding.mend.paste).splitlines():
                self._console.print(Text(f"        {pasted}"))

    def _entry(self, examined: Examined) -> dict[str, object]:
        finding = examined.finding
        mend = None
        if finding.mend is not None:
            mend = {name: self._clean(text) for name, text in asdict(finding.mend).items()}
        return {
            "name": examined.check.name,
            "group": examined.check.group,
            "verdict": finding.verdict.value,
            "sentence": redact(self._clean(finding.sentence)),
            "mend": mend,
            "took_s": round(examined.took_s, 3),
        }

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, STRUCK_OUT)
        return text


def _secrets(environment: Mapping[str, str]) -> list[str]:
    """Every value that must not be shown, longest first: by the variable's name, and the passwords in URLs."""
    found: set[str] = set()
    for name, value in environment.items():
        if not name.startswith("MEDIADOCK_"):
            continue
        if any(word in name for word in _SECRET_NAMES):
            found.add(value)
        found.update(_passwords(value.split(",")))
    return sorted((secret for secret in found if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)


def _passwords(urls: Iterable[str]) -> set[str]:
    found = set()
    for url in urls:
        try:
            password = urlsplit(url).password
        except ValueError:
            continue
        if password:
            found |= {password, unquote(password)}
    return found
