"""Events committed at a steady pace by a process of its own, which notes when each was committed.

``run_happenings`` starts it. In that process: each event is a transaction of its own with its rows in the streams of
two users and its doorbell, as the application's processes write them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from support.platform import Platform

AUDIENCE = 2
WRITERS = 2


async def run_happenings(
    platform: Platform, users: Sequence[int], *, per_second: float, seconds: float, seed: int
) -> dict[int, float]:
    """When each event, by its number, was committed, in seconds of ``time.monotonic``."""
    here = str(Path(__file__).resolve().parents[1])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "support.happenings"),
        env=os.environ | platform.env | {"PYTHONPATH": here},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    task = {"users": list(users), "per_second": per_second, "seconds": seconds, "seed": seed}
    said, _ = await process.communicate(json.dumps(task).encode())
    if process.returncode != 0:
        raise SystemExit("events could not be written")
    return {int(number): moment for number, moment in json.loads(said).items()}


def main() -> None:
    """Write what standard input asks for; print when each event was committed."""
    import django

    django.setup()
    task = json.load(sys.stdin)
    committed: dict[int, float] = {}
    count = round(task["per_second"] * task["seconds"])
    began = time.monotonic()

    def write(numbers: range) -> None:
        chance = random.Random(task["seed"] + numbers.start)
        for number in numbers:
            time.sleep(max(0.0, began + number / task["per_second"] - time.monotonic()))
            write_one(number, chance.sample(task["users"], AUDIENCE), committed)

    writers = [threading.Thread(target=write, args=(range(start, count, WRITERS),)) for start in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    time.sleep(0.1)  # the doorbell's thread ends with the process, and has the last hint still to tell
    if len(committed) != count:
        raise SystemExit("not every event could be written")
    json.dump(committed, sys.stdout)


def write_one(number: int, users: Sequence[int], committed: dict[int, float]) -> None:
    """One event. Its moment is taken before its doorbell rings."""
    from django.db import transaction

    from mediadock.uploads.events import append_event

    with transaction.atomic():
        transaction.on_commit(lambda: committed.update({number: time.monotonic()}))
        append_event(users, event_type="benchmark_update", data={"number": number})


if __name__ == "__main__":
    main()
