"""Does prepare, which writes a message, an asset and events, answer as fast as Companion, which writes nothing?

One web process of ours against one Companion, the same store, wrk from the same machine, in turns. Also: a page of
500 part URLs end to end against Companion's ``/batch`` of 200. Needs ``wrk`` and ``npm``.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass

from support.companion import companion
from support.platform import Platform, running_platform

ROUNDS = 3
SECONDS = 5
CLIENTS = 16
USERS = 64
TARGET_PREPARE = 1.0
TARGET_PAGE = 15.0


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, 99th percentile in ms, answers that were refused."""

    per_second: float
    p99_ms: float
    refused: int


def main() -> int:
    """Print the medians and the ratios; 1 when a target is missed."""
    if shutil.which("wrk") is None:
        print("wrk is not installed (Debian package wrk)")
        return 1
    unlimited = {"max_pending_per_user": "100000000", "max_bytes_per_user": str(2**62)}
    with running_platform(only=frozenset({"web"}), **unlimited) as platform, companion(platform) as peer:
        tokens = make_tokens(platform)
        ours = prepare_script(tokens)
        theirs = get_script("/s3/params?filename=beach.jpg&type=image%2Fjpeg")
        rounds = [(load(platform.url, ours), load(peer, theirs)) for _ in range(ROUNDS)]
        prepare = ratio("prepare direct / GET /s3/params, 16 clients", rounds)
        page = page_ratio(platform, peer, tokens)
    return 0 if prepare >= TARGET_PREPARE and page >= TARGET_PAGE else 1


def ratio(title: str, rounds: list[tuple[Load, Load]]) -> float:
    """Print both sides' medians; the ratio is the median of the pairs."""
    for name, side in (("mediadock", 0), ("companion", 1)):
        loads = [pair[side] for pair in rounds]
        per_second = statistics.median(one.per_second for one in loads)
        p99 = statistics.median(one.p99_ms for one in loads)
        print(f"{title}: {name} {per_second:.0f} req/s, p99 {p99:.1f} ms, refused {sum(o.refused for o in loads)}")
    found = statistics.median(mine.per_second / other.per_second for mine, other in rounds)
    p99 = statistics.median(mine.p99_ms / other.p99_ms for mine, other in rounds)
    print(f"{title}: ratio {found:.2f} (target {TARGET_PREPARE}), p99 ratio {p99:.2f} (target below 1)")
    return found


def page_ratio(platform: Platform, peer: str, tokens: list[tuple[str, int]]) -> float:
    """One page of 500 URLs of ours against 200 of theirs, one client: how many times faster an answer is."""
    token, receiver = tokens[0]
    body = {"receiver_id": receiver, "file_name": "f.mp4", "file_size": 600 * 5 * 2**20, "content_type": "video/mp4"}
    grant = post(platform.url + "/api/v1/chats/upload/prepare/", token, body)
    numbers = "%2C".join(str(number) for number in range(1, 201))
    theirs = get_script(f"/s3/multipart/{grant['upload_id']}/batch?key=f.mp4&partNumbers={numbers}")
    mine = post_script(token, {"upload_id": grant["upload_id"], "start_part": 1, "batch_count": 500})
    rounds = [(load(platform.url, mine, clients=1), load(peer, theirs, clients=1)) for _ in range(ROUNDS)]
    per_second = [statistics.median(pair[side].per_second for pair in rounds) for side in (0, 1)]
    found = statistics.median(a.per_second / b.per_second for a, b in rounds)
    print(f"page of 500 part URLs {per_second[0]:.0f}/s, companion /batch of 200 {per_second[1]:.0f}/s")
    print(f"page of 500 / batch of 200: ratio {found:.1f} (target {TARGET_PAGE})")
    return found


def load(url: str, script: str, *, clients: int = CLIENTS) -> Load:
    """A few seconds of wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        threads = "2" if clients > 1 else "1"
        command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{SECONDS}", "--latency", "-s", file.name, url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    return Load(
        float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]),  # type: ignore[index]
        milliseconds(re.search(r"99%\s+([\d.]+[a-z]+)", printed)[1]),  # type: ignore[index]
        int(refused[1]) if refused else 0,
    )


def milliseconds(text: str) -> float:
    """wrk's ``850us``, ``12.3ms`` or ``1.2s``."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def prepare_script(tokens: list[tuple[str, int]]) -> str:
    """Prepares by many users in turn, as a busy server sees them."""
    rows = ",".join(f'{{"{token}",{receiver}}}' for token, receiver in tokens)
    return f"""
local users = {{{rows}}}
local n = 0
request = function()
  n = n + 1
  local user = users[(n % #users) + 1]
  local body = '{{"receiver_id":' .. user[2] .. ',"file_name":"beach.jpg","file_size":3000000,' ..
               '"content_type":"image/jpeg","text":"hello"}}'
  return wrk.format("POST", "/api/v1/chats/upload/prepare/",
                    {{["Authorization"] = "Bearer " .. user[1], ["Content-Type"] = "application/json"}}, body)
end
"""


def post_script(token: str, body: dict[str, object]) -> str:
    """The same POST to prepare, again and again."""
    return f"""
wrk.method = "POST"
wrk.path = "/api/v1/chats/upload/prepare/"
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{json.dumps(body)}]]
"""


def get_script(path: str) -> str:
    """The same GET, again and again."""
    return f'wrk.method = "GET"\nwrk.path = "{path}"\n'


def post(url: str, token: str, body: dict[str, object]) -> dict[str, object]:
    """One JSON call."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def make_tokens(platform: Platform) -> list[tuple[str, int]]:
    """Users and their tokens, each with somebody to write to."""
    names = [f"bench{number}" for number in range(USERS)]
    env = {**platform.env, "MEDIADOCK_DEMO_USERS": ",".join(f"{name}:{name}" for name in names)}
    subprocess.run([sys.executable, "-m", "django", "ensure_demo_users"], env=env, check=True, capture_output=True)
    issue = (
        "import django; django.setup()\n"
        "import time\n"
        "from django.contrib.auth.models import User\n"
        "from mediadock.auth.conf import token_settings\n"
        "from mediadock.auth.jwt import issue\n"
        "ids = list(User.objects.filter(username__startswith='bench').values_list('pk', flat=True))\n"
        "for n, pk in enumerate(ids):\n"
        "    token = issue(token_settings(), user_id=pk, now=time.time())\n"
        "    print(token, ids[(n + len(ids) // 2) % len(ids)])\n"
    )
    printed = subprocess.run([sys.executable, "-c", issue], env=env, check=True, capture_output=True, text=True).stdout
    return [(token, int(receiver)) for token, receiver in (line.split() for line in printed.splitlines())]


if __name__ == "__main__":
    sys.exit(main())
