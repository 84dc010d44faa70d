"""Load by wrk, contenders in turns, and what came of it beside each other."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.users import User

CLIENTS = 16


@dataclass(frozen=True)
class Contender:
    """An address and what wrk does there: a script in its Lua. ``requests`` of it make one thing that is counted."""

    name: str
    url: str
    script: str
    requests: int = 1


@dataclass(frozen=True)
class Load:
    """What wrk saw: things a second, 99th percentile in ms of one request, answers that were refused."""

    per_second: float
    p99_ms: float
    refused: int


def need_wrk() -> None:
    """Leave where it is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian package wrk)")


def contest(
    title: str, contenders: Sequence[Contender], *, rounds: int, seconds: int, clients: int = CLIENTS
) -> list[list[Load]]:
    """Every contender in each round, beginning with another one each time; prints the medians and the machine's load.

    One list a contender, in their order.
    """
    found: list[list[Load]] = [[] for _ in contenders]
    for turn in range(rounds):
        for offset in range(len(contenders)):
            place = (turn + offset) % len(contenders)
            found[place].append(run_wrk(contenders[place], seconds=seconds, clients=clients))
    print(f"{title} ({clients} clients, {rounds} rounds of {seconds} s, load average {load_average()})")
    for contender, loads in zip(contenders, found, strict=True):
        per_second = statistics.median(one.per_second for one in loads)
        p99_ms = statistics.median(one.p99_ms for one in loads)
        refused = sum(one.refused for one in loads)
        print(f"  {contender.name:<44} {per_second:7.1f}/s  p99 {p99_ms:7.1f} ms  refused {refused}", flush=True)
        if refused:
            raise SystemExit(f"{contender.name} refused requests: this measures nothing")
    return found


def median_ratio(ours: Sequence[Load], peers: Sequence[Load]) -> float:
    """How many times more a second, as the median of the rounds."""
    return statistics.median(mine.per_second / other.per_second for mine, other in zip(ours, peers, strict=True))


def verdict(what: str, ratio: float, *, floor: float, goal: float | None = None) -> bool:
    """Print the ratio beside what is asked; whether the floor is held."""
    asked = f"floor {floor}" + (f", goal {goal}" if goal else "")
    word = "missed" if ratio < floor else "goal missed" if goal and ratio < goal else "met"
    print(f"  {what}: {ratio:.2f} ({asked}): {word}", flush=True)
    return ratio >= floor


def run_wrk(contender: Contender, *, seconds: int, clients: int = CLIENTS) -> Load:
    """A few seconds of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(contender.script)
        file.flush()
        threads = "2" if clients > 1 else "1"
        command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}", "--timeout", "10", "--latency"]
        command += ["-s", file.name, contender.url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Socket errors: (.+)", printed)
    if failed:
        raise SystemExit(f"{contender.name}: {failed[0]}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    return Load(
        float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]) / contender.requests,  # type: ignore[index]
        _milliseconds(re.search(r"99%\s+([\d.]+[a-z]+)", printed)[1]),  # type: ignore[index]
        int(refused[1]) if refused else 0,
    )


def load_average() -> str:
    """Of the last minute, five and fifteen: what else the machine did is in it."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def get_script(path: str) -> str:
    """The same GET, again and again."""
    return f'wrk.method = "GET"\nwrk.path = "{path}"\n'


def post_script(path: str, body: Mapping[str, object], *, headers: Mapping[str, str] | None = None) -> str:
    """The same POST, again and again."""
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in _JSON.items() | (headers or {}).items()]
    return f'wrk.method = "POST"\nwrk.path = "{path}"\nwrk.body = [[{json.dumps(body)}]]\n' + "\n".join(lines) + "\n"


def posts_script(path: str, users: Sequence[User], body: Mapping[str, object]) -> str:
    """POSTs by many users in turn; ``@partner`` in the body is the id of the user across from each."""
    partner = len(users) // 2
    rows = ",".join(
        f"{{[[{user.token}]],{users[(place + partner) % len(users)].user_id}}}" for place, user in enumerate(users)
    )
    text = json.dumps(body).replace('"@partner"', "]] .. user[2] .. [[")
    return f"""
local users = {{{rows}}}
local n = 0
request = function()
  n = n + 1
  local user = users[(n % #users) + 1]
  local headers = {{["Authorization"] = "Bearer " .. user[1], ["Content-Type"] = "application/json"}}
  return wrk.format("POST", "{path}", headers, [[{text}]])
end
"""


def pairs_script(path: str, body: Mapping[str, object], then: str) -> str:
    """A POST and a GET of ``then`` in turn: what two calls give that we give with one."""
    return f"""
local post = false
request = function()
  post = not post
  if not post then return wrk.format("GET", "{then}") end
  return wrk.format("POST", "{path}", {{["Content-Type"] = "application/json"}}, [[{json.dumps(body)}]])
end
"""


_JSON = {"Content-Type": "application/json"}


def _milliseconds(text: str) -> float:
    """wrk's ``850us``, ``12.3ms`` or ``1.2s``."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
