"""Does a page bring 256 MiB to the store faster by our SDK than by Uppy, near the store and 50 ms away?

Headless Chromium, the same file, a fresh context for each upload, each way from a page of its API's origin, in turns:
our SDK with its server, and Uppy 6 with Companion, both with their defaults. Each second is counted from the call to
the end that both tell: the server has completed the upload. Plain XMLHttpRequests to addresses that are there already
are the floor. The round trip is lengthened for the browser alone (``support/delay.py``), not its bandwidth.
Ends with 1 if a target is missed.

``--mib`` and ``--rounds`` make it shorter or longer, ``--round-trip`` other milliseconds. Needs Debian's ``chromium``
and ``npm``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from mediadock.core.parts import plan_parts
from mediadock.storage.presign import PartRange, Presigner
from mediadock.storage.s3 import ObjectStore
from support.browser import build_pages, chromium
from support.calls import sign_in
from support.companion import companion
from support.delay import farther
from support.npm import npm_peer
from support.platform import Platform, running_platform

MIB = 1024 * 1024
UPPY = {"@uppy/core": "6.3.1", "@uppy/aws-s3": "6.3.1"}
TARGETS = {0: 1.1, 50: 3.0}
FLOORS = {"plain 5 MiB x 6": (5, 6), "plain 16 MiB x 3": (16, 3)}
LONGEST_MS = 120_000


@dataclass(frozen=True)
class Way:
    """One way to send the file: the page's script, its origin, and what it is told beside the file."""

    name: str
    script: str
    origin: str
    place: Callable[[], object]


@dataclass(frozen=True)
class Bench:
    """What all uploads of this run have in common."""

    platform: Platform
    store: ObjectStore
    file: Path
    ways: list[Way]


def main() -> int:
    """Print every upload, the medians and the ratios; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--round-trip", type=int, nargs="*", default=list(TARGETS))
    parser.add_argument("--no-floor", action="store_true", help="leave the plain requests out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        scripts = {"mediadock.js": None, "plain.js": None, "uppy.js": npm_peer("uppy", UPPY)}
        build_pages(pages, scripts)
        file = folder / "film.mp4"
        with file.open("wb") as opened:
            for _ in range(arguments.mib):
                opened.write(os.urandom(MIB))
        with (
            running_platform(only=frozenset({"web", "socket"}), pages=pages) as platform,
            companion(platform, pages=pages) as peer,
        ):
            bench = prepared(platform, peer, file, floor=not arguments.no_floor)
            met = [measure(bench, far, arguments.rounds) for far in arguments.round_trip]
    return 0 if all(met) else 1


def prepared(platform: Platform, peer: str, file: Path, *, floor: bool) -> Bench:
    """The two sides, and the floor."""
    config = platform.stack.seaweedfs.config(platform.stack.seaweedfs.bucket)
    store = ObjectStore(config)
    store.ensure_bucket(cors_origins=[platform.url, peer])
    alice, bob = sign_in(platform, "alice"), sign_in(platform, "bob")
    ways = [
        Way("mediadock", "mediadock", platform.url, lambda: {"token": alice["access"], "to": bob["user"]["id"]}),
        Way("uppy", "uppy", peer, lambda: None),
    ]
    for name, (part_mib, parallel) in FLOORS.items() if floor else ():
        ways.append(Way(name, "plain", platform.url, plain_place(store, Presigner(config), file, part_mib, parallel)))
    return Bench(platform, store, file, ways)


def plain_place(
    store: ObjectStore, signer: Presigner, file: Path, part_mib: int, parallel: int
) -> Callable[[], dict[str, object]]:
    """A fresh multipart upload for each run, its addresses signed before the clock starts."""
    key = "incoming/plain.mp4"
    plan = plan_parts(file.stat().st_size, part_size_bytes=part_mib * MIB)
    parts = [PartRange(number, plan.size_of(number)) for number in range(1, plan.num_parts + 1)]

    def place() -> dict[str, object]:
        upload_id = store.create_multipart(key, content_type="video/mp4")
        urls = signer.upload_parts(key, upload_id, parts, expires_s=3600, now=datetime.now(UTC))
        return {"urls": urls, "partBytes": plan.part_size_bytes, "parallel": parallel}

    return place


def measure(bench: Bench, round_trip_ms: int, rounds: int) -> bool:
    """Whether the target of this distance is met; medians and ratios are printed."""
    ends = [*{way.origin for way in bench.ways}, bench.platform.ws_url, bench.platform.env["MEDIADOCK_S3_ENDPOINT"]]
    ports = [urlsplit(end).port or 80 for end in ends]
    seconds: dict[str, list[float]] = {way.name: [] for way in bench.ways}
    print(f"{bench.file.stat().st_size // MIB} MiB, {round_trip_ms} ms added to a round trip")
    with farther(ports, round_trip_ms=round_trip_ms) as route, chromium(route if round_trip_ms else []) as browser:
        for turn in range(rounds + 1):
            for way in bench.ways:
                took = once(browser, bench, way)
                if turn:  # the first round warms caches, and the store's volumes are made in it
                    seconds[way.name].append(took)
                    print(f"  {way.name:<18} {mib_per_s(bench, took):5.1f} MiB/s", flush=True)
    for name, found in seconds.items():
        print(f"{name}: median {mib_per_s(bench, statistics.median(found)):.1f} MiB/s")
    ratio = statistics.median(theirs / mine for mine, theirs in zip(seconds["mediadock"], seconds["uppy"], strict=True))
    target = TARGETS.get(round_trip_ms, 0.0)
    print(f"mediadock / uppy at {round_trip_ms} ms: ratio {ratio:.2f} (target {target})")
    if ratio < target:
        print(f"Missed: at {round_trip_ms} ms the SDK is {ratio:.2f} times as fast as Uppy, not {target} times.")
    return ratio >= target


def once(browser: Browser, bench: Bench, way: Way) -> float:
    """Seconds of one upload in a context of its own; the store is as empty after it as before."""
    context = browser.new_context()
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    page.goto(f"{way.origin}/bench/upload.html?way={way.script}")
    page.locator("input").set_input_files(bench.file)
    page.wait_for_function("() => window.seconds !== undefined")
    took = float(page.evaluate("place => window.seconds(place)", way.place()))
    context.close()
    bench.store.delete([found.key for found in bench.store.list_objects("")])
    for left in list(bench.store.list_multipart_uploads("incoming/plain")):
        bench.store.abort_multipart(left.key, left.upload_id)
    return took


def mib_per_s(bench: Bench, seconds: float) -> float:
    return bench.file.stat().st_size / MIB / seconds


if __name__ == "__main__":
    sys.exit(main())
