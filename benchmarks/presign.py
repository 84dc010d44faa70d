"""How long does it take to sign 500 part URLs, beside boto3 and minio-py?

Each round signs one page of 500 with each of them in turn, so that a noisy moment hits all; medians of the
rounds are printed. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from minio import Minio

from mediadock.storage.config import StoreConfig
from mediadock.storage.presign import PartRange, Presigner

PARTS = 500
ROUNDS = 21
PART_BYTES = 5 * 1024 * 1024
TARGETS = {"boto3": 60.0, "minio-py": 12.0}
STORE = StoreConfig("http://127.0.0.1:8333", "us-east-1", "media", "AKIAEXAMPLE", "not-a-secret")
KEY = "incoming/chat/user_17/4711/a-film-from-the-train.mp4"
UPLOAD_ID = "2d1f0a6b8c4e4d0f9a7b5c3e1f2a4b6c8d0e2f4a_5f2d8e1c7b3a49d6"


def mediadock_page() -> Callable[[], object]:
    presigner = Presigner(STORE)
    parts = [PartRange(number, PART_BYTES) for number in range(1, PARTS + 1)]
    return lambda: presigner.upload_parts(KEY, UPLOAD_ID, parts, expires_s=3600, now=datetime.now(UTC))


def boto3_page() -> Callable[[], object]:
    client = boto3.client(
        "s3",
        endpoint_url=STORE.endpoint_url,
        region_name=STORE.region,
        aws_access_key_id=STORE.access_key,
        aws_secret_access_key=STORE.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )

    def sign(number: int) -> str:
        asked = {
            "Bucket": STORE.bucket,
            "Key": KEY,
            "PartNumber": number,
            "UploadId": UPLOAD_ID,
            "ContentLength": PART_BYTES,
        }
        return client.generate_presigned_url("upload_part", Params=asked, ExpiresIn=3600)

    return lambda: [sign(number) for number in range(1, PARTS + 1)]


def minio_page() -> Callable[[], object]:
    client = Minio(
        endpoint="127.0.0.1:8333",
        access_key=STORE.access_key,
        secret_key=STORE.secret_key,
        region=STORE.region,
        secure=False,
    )
    hour = timedelta(hours=1)

    def sign(number: int) -> str:
        return client.get_presigned_url(
            method="PUT",
            bucket_name=STORE.bucket,
            object_name=KEY,
            expires=hour,
            extra_query_params={"partNumber": str(number), "uploadId": UPLOAD_ID},
        )

    return lambda: [sign(number) for number in range(1, PARTS + 1)]


def medians_ms(pages: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median of ROUNDS timings of each page, in milliseconds, after one untimed round."""
    timings: dict[str, list[float]] = {name: [] for name in pages}
    for timed in range(ROUNDS + 1):
        for name, page in pages.items():
            began = time.perf_counter()
            page()
            if timed:
                timings[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values) for name, values in timings.items()}


def main() -> int:
    found = medians_ms({"mediadock": mediadock_page(), "boto3": boto3_page(), "minio-py": minio_page()})
    ours = found["mediadock"]
    print(f"{PARTS} part URLs, medians of {ROUNDS} rounds")
    for name, value in found.items():
        target = f"   target {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name:>10} {value:8.2f} ms   {value / ours:6.1f} times mediadock's time{target}")
    missed = [name for name, target in TARGETS.items() if found[name] / ours < target]
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
