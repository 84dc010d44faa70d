"""How many requests a second does the gateway cost?

The same request to a web process that reads tokens, and through nginx (``deploy/nginx``, ``auth_request``) to one
that believes it: every request through the gateway asks ``/auth/verify`` first, so the web process answers two.
One process of each, wrk from the same machine, in turns. Needs ``wrk`` and ``nginx``.
"""

from __future__ import annotations

import sys

from support.gateway import running_gateway
from support.load import Contender, contest, get_script, load_average, median_ratio, need_wrk, posts_script, verdict
from support.platform import COUNTED, running_platform
from support.users import make_users

ROUNDS = 5
SECONDS = 4
FLOOR = 0.85
SESSION = "/api/v1/media/upload-session"
PHOTO = {"fileName": "beach.jpg", "fileType": "image/jpeg", "fileSize": 3_000_000, "mediaType": "post-image"}


def main() -> int:
    """Print the medians and the ratios; 1 when the floor is missed."""
    need_wrk()
    print(f"load average before: {load_average()}")
    with (
        running_platform(only=frozenset({"web"}), **COUNTED) as platform,
        running_gateway(platform) as gateway,
    ):
        users = make_users(platform)
        session = posts_script(SESSION, users, PHOTO)
        direct, through = contest(
            "upload-session, direct upload",
            [Contender("direct", platform.url, session), Contender("through nginx", gateway.url, session)],
            rounds=ROUNDS,
            seconds=SECONDS,
        )
        held = verdict("through the gateway beside direct", median_ratio(through, direct), floor=FLOOR)
        explain(platform.url, gateway.url)
    return 0 if held else 1


def explain(direct: str, through: str) -> None:
    """Where it goes: an address without a check, so that nginx alone is between."""
    script = get_script("/api/v1/config")
    alone = [Contender("direct", direct, script), Contender("through nginx, no check", through, script)]
    mine, passed = contest("config, which asks for no token", alone, rounds=3, seconds=3)
    print(f"  nginx alone: {median_ratio(passed, mine):.2f}")


if __name__ == "__main__":
    sys.exit(main())
