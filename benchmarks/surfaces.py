"""Does an upload session of the media service answer as fast as the signers that record nothing?

One web process each, the same store, wrk from the same machine, in turns: ``POST /media/upload-session`` beside
Uppy's Companion and django-s3-file-field. A session of ours writes an asset, its owner's ledger and an event, and
its answer holds all part URLs; Companion and django-s3-file-field write nothing and know no user. Companion creates
an upload and signs parts in two calls, which count as one session. Needs ``wrk`` and ``npm``.
"""

from __future__ import annotations

import json
import sys
import urllib.request

from support.companion import companion
from support.load import (
    Contender,
    Load,
    contest,
    get_script,
    load_average,
    median_ratio,
    need_wrk,
    pairs_script,
    post_script,
    posts_script,
    verdict,
)
from support.platform import COUNTED, running_platform
from support.s3_file_field import INITIALIZE, initialize_body, s3_file_field
from support.users import make_users

ROUNDS = 5
SECONDS = 4
MANY_PARTS = 200
SESSION = "/api/v1/media/upload-session"
PART_BYTES = 5 * 2**20
"""Ours, as long as a file fits into 9,999 of them."""


def main() -> int:
    """Print the medians and the ratios; 1 when a floor is missed."""
    need_wrk()
    print(f"load average before: {load_average()}")
    with (
        running_platform(only=frozenset({"web"}), **COUNTED) as platform,
        companion(platform) as uppy,
        s3_file_field(platform) as django_peer,
    ):
        users = make_users(platform)

        def ours(media_type: str, content_type: str, size_bytes: int) -> Contender:
            body = {"fileName": "beach", "fileType": content_type, "fileSize": size_bytes, "mediaType": media_type}
            return Contender("mediadock upload-session", platform.url, posts_script(SESSION, users, body))

        held = [
            direct_holds(ours("post-image", "image/jpeg", 3_000_000), uppy, django_peer),
            multipart_holds(ours("post-video", "video/mp4", 2 * PART_BYTES), uppy),
            many_parts_hold(ours("post-video", "video/mp4", MANY_PARTS * PART_BYTES), uppy, django_peer),
        ]
    return 0 if all(held) else 1


def direct_holds(ours: Contender, uppy: str, django_peer: str) -> bool:
    """A small photo: one presigned PUT."""
    params = Contender("companion GET /s3/params", uppy, get_script("/s3/params?filename=beach.jpg&type=image%2Fjpeg"))
    mine, theirs, fields = run("direct", [ours, params, initialize(django_peer, 1)])
    beside_uppy = verdict("beside companion", median_ratio(mine, theirs), floor=1.0, goal=1.4)
    return verdict("beside s3-file-field", median_ratio(mine, fields), floor=2.5) and beside_uppy


def multipart_holds(ours: Contender, uppy: str) -> bool:
    """A film of two parts: an upload opened on the store, and the first page of its URLs."""
    mine, theirs = run("multipart, first page", [ours, create_and(uppy, "one part URL", "/1?key=beach.mp4")])
    return verdict("beside companion", median_ratio(mine, theirs), floor=1.5)


def many_parts_hold(ours: Contender, uppy: str, django_peer: str) -> bool:
    """A film of 200 parts."""
    numbers = "%2C".join(str(number) for number in range(1, MANY_PARTS + 1))
    batch = create_and(uppy, f"/batch of {MANY_PARTS}", f"/batch?key=beach.mp4&partNumbers={numbers}")
    title = f"multipart, {MANY_PARTS} parts"
    mine, theirs, fields = run(title, [ours, batch, initialize(django_peer, MANY_PARTS)])
    beside_uppy = verdict("beside companion", median_ratio(mine, theirs), floor=10.0)
    return verdict("beside s3-file-field", median_ratio(mine, fields), floor=10.0) and beside_uppy


def run(title: str, contenders: list[Contender]) -> list[list[Load]]:
    """All of them in turns."""
    return contest(title, contenders, rounds=ROUNDS, seconds=SECONDS)


def initialize(peer: str, num_parts: int) -> Contender:
    """django-s3-file-field opens a multipart upload for every file and signs all its parts."""
    script = post_script(INITIALIZE, initialize_body(num_parts))
    return Contender(f"s3-file-field initialize, {num_parts} part(s)", peer, script)


def create_and(uppy: str, what: str, path: str) -> Contender:
    """Companion's two calls. The URLs are of one upload opened before: it signs and asks the store nothing."""
    body = {"filename": "beach.mp4", "type": "video/mp4", "metadata": {}}
    request = urllib.request.Request(
        uppy + "/s3/multipart", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        upload_id = json.load(answer)["uploadId"]
    script = pairs_script("/s3/multipart", body, f"/s3/multipart/{upload_id}{path}")
    return Contender(f"companion create + {what}", uppy, script, requests=2)


if __name__ == "__main__":
    sys.exit(main())
