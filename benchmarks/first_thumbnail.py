"""How long after ``complete`` does the receiver's socket say ``thumbnail_ready`` for a 12-megapixel JPEG?

The whole platform runs; one photo at a time on an otherwise idle machine. The yardstick in the same run is the plain
work: one ``pyvips`` thumbnail of the same file in a process of its own, warm.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import urllib.request

import numpy as np
import pyvips  # type: ignore[import-untyped]
from websockets.sync.client import ClientConnection, connect

from support.calls import call, sign_in
from support.platform import Platform, running_platform

PHOTOS = 40
WARM_UP = 4
TARGET_P95_MS = 400.0


def main() -> int:
    """Print the percentiles; 1 when the target is missed."""
    photo = twelve_megapixels()
    with running_platform() as platform:
        alice, bob = sign_in(platform, "alice"), sign_in(platform, "bob")
        ticket = call(platform, "POST", "/auth/ws-ticket", bob["access"])["ticket"]
        with connect(f"{platform.ws_url}?ticket={ticket}") as socket:
            waits = [once(platform, alice["access"], bob["user"]["id"], photo, socket) for _ in range(PHOTOS + WARM_UP)]
    yardstick = statistics.median(plain_thumbnail(photo) for _ in range(10))
    counted = sorted(waits[WARM_UP:])
    median, p95 = statistics.median(counted), counted[int(len(counted) * 0.95) - 1]
    print(f"complete -> thumbnail_ready, {len(photo) / 1e6:.1f} MB JPEG of 12 MP, {PHOTOS} photos")
    print(
        f"median {median:.0f} ms, p95 {p95:.0f} ms, worst {counted[-1]:.0f} ms (target p95 below {TARGET_P95_MS:.0f})"
    )
    print(f"one plain pyvips thumbnail {yardstick:.0f} ms: ratio of the medians {median / yardstick:.1f}")
    return 0 if p95 < TARGET_P95_MS else 1


def once(platform: Platform, token: str, receiver: int, photo: bytes, socket: ClientConnection) -> float:
    """Milliseconds from sending ``complete`` to the frame at the receiver."""
    declared = {"receiver_id": receiver, "file_name": "p.jpg", "file_size": len(photo), "content_type": "image/jpeg"}
    grant = call(platform, "POST", "/chats/upload/prepare/", token, declared)
    put = urllib.request.Request(grant["put_url"], photo, grant["headers"], method="PUT")
    begun = time.perf_counter()
    urllib.request.urlopen(put).close()
    begun = time.perf_counter()
    call(platform, "POST", "/chats/upload/complete/", token, {"asset_id": grant["asset_id"]})
    found = 0.0
    while True:
        data = json.loads(socket.recv(timeout=30))["data"]
        if data.get("asset_id") != grant["asset_id"]:
            continue
        if data["thumbnail_url"] and not found:
            found = (time.perf_counter() - begun) * 1000
        if data["stage"] in {"done", "failed"}:
            assert data["stage"] == "done", data["error"]
            time.sleep(0.2)
            return found


def twelve_megapixels() -> bytes:
    """Something like a photo: smooth light, soft detail on several scales, a little noise."""
    random = np.random.default_rng(5)
    picture = pyvips.Image.black(4000, 3000, bands=3).linear(1, [90, 110, 130])
    for scale in (400, 80, 16, 4):
        detail = random.integers(-20, 20, (3000 // scale + 2, 4000 // scale + 2, 3)).astype(np.float32)
        layer = pyvips.Image.new_from_array(detail).resize(scale, kernel="cubic")
        picture = picture + layer.crop(0, 0, 4000, 3000)
    noise = pyvips.Image.gaussnoise(4000, 3000, sigma=3, mean=0)
    return bytes((picture + noise).cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=85))


def plain_thumbnail(photo: bytes) -> float:
    """Milliseconds of the least that anybody must do."""
    begun = time.perf_counter()
    pyvips.Image.thumbnail_buffer(photo, 240).webpsave_buffer(Q=79, effort=2, keep="none")
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
