"""Does prepare, which writes a message, an asset and events, answer as fast as Companion, which writes nothing?

One web process of ours against one Companion, the same store, wrk from the same machine, in turns. Also: a page of
500 part URLs end to end against Companion's ``/batch`` of 200. Needs ``wrk`` and ``npm``.
"""

from __future__ import annotations

import statistics
import sys

from support.calls import call
from support.companion import companion
from support.load import Contender, contest, get_script, median_ratio, need_wrk, post_script, posts_script, verdict
from support.platform import COUNTED, Platform, running_platform
from support.users import User, make_users

ROUNDS = 3
SECONDS = 5
TARGET_PREPARE = 1.0
TARGET_PAGE = 15.0
PREPARE = "/api/v1/chats/upload/prepare/"


def main() -> int:
    """Print the medians and the ratios; 1 when a target is missed."""
    need_wrk()
    with running_platform(only=frozenset({"web"}), **COUNTED) as platform, companion(platform) as peer:
        users = make_users(platform)
        held = [prepare_holds(platform, peer, users), page_holds(platform, peer, users)]
    return 0 if all(held) else 1


def prepare_holds(platform: Platform, peer: str, users: list[User]) -> bool:
    """A small photo in a chat against an address without a record."""
    photo = {"receiver_id": "@partner", "file_name": "beach.jpg", "file_size": 3_000_000, "content_type": "image/jpeg"}
    ours = Contender("mediadock prepare, direct", platform.url, posts_script(PREPARE, users, photo | {"text": "hello"}))
    theirs = Contender("companion GET /s3/params", peer, get_script("/s3/params?filename=beach.jpg&type=image%2Fjpeg"))
    mine, others = contest("prepare", [ours, theirs], rounds=ROUNDS, seconds=SECONDS)
    p99 = statistics.median(one.p99_ms / other.p99_ms for one, other in zip(mine, others, strict=True))
    print(f"  p99 beside companion's: {p99:.2f} (target below 1)")
    return verdict("beside companion", median_ratio(mine, others), floor=TARGET_PREPARE)


def page_holds(platform: Platform, peer: str, users: list[User]) -> bool:
    """One page of 500 URLs of ours against 200 of theirs, one client: how many times faster an answer is."""
    film = {"file_name": "f.mp4", "file_size": 600 * 5 * 2**20, "content_type": "video/mp4"}
    declared = {"receiver_id": users[1].user_id, **film}
    grant = call(platform, "POST", "/chats/upload/prepare/", users[0].token, declared)
    numbers = "%2C".join(str(number) for number in range(1, 201))
    page = {"upload_id": grant["upload_id"], "start_part": 1, "batch_count": 500}
    authorization = {"Authorization": f"Bearer {users[0].token}"}
    ours = Contender("mediadock page of 500", platform.url, post_script(PREPARE, page, headers=authorization))
    path = f"/s3/multipart/{grant['upload_id']}/batch?key=f.mp4&partNumbers={numbers}"
    theirs = Contender("companion /batch of 200", peer, get_script(path))
    mine, others = contest("a page of part URLs", [ours, theirs], rounds=ROUNDS, seconds=SECONDS, clients=1)
    return verdict("beside companion", median_ratio(mine, others), floor=TARGET_PAGE)


if __name__ == "__main__":
    sys.exit(main())
