"""Is the store there, in step with our clock, and does it know us, our bucket and our rights?"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from mediadock.core.errors import MediadockError
from mediadock.local.doctor.database import judged_clock
from mediadock.local.doctor.deployment import TYPE, Deployment
from mediadock.local.doctor.door import UnansweredError, knock
from mediadock.local.doctor.findings import Finding, Mend, command, document, fail, ok, setting, warn
from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import StoreUnavailable
from mediadock.uploads.heartbeats import PROBES

SKEW_FAIL_S = 300.0
"""A third of the 15 minutes that SigV4 allows."""

_SECOND = 1.0  # the Date header knows no less

_ENDPOINT = setting("MEDIADOCK_S3_ENDPOINT=https://STORE.EXAMPLE")
_SECRET = setting("MEDIADOCK_S3_SECRET_KEY=THE_SECRET_THAT_BELONGS_TO_THE_ACCESS_KEY")
_KEYS = setting("MEDIADOCK_S3_ACCESS_KEY=ACCESS_KEY", "MEDIADOCK_S3_SECRET_KEY=SECRET_KEY")
_REGION = setting("MEDIADOCK_S3_REGION=THE_BUCKETS_REGION")
_MENDS = {
    "SignatureDoesNotMatch": ("The store knows the access key, and another secret key than ours.", _SECRET),
    "InvalidAccessKeyId": ("The store does not know the access key.", _KEYS),
    "InvalidToken": ("The session token is not believed.", setting("MEDIADOCK_S3_SESSION_TOKEN=A_NEW_ONE")),
    "ExpiredToken": ("The session token has expired.", setting("MEDIADOCK_S3_SESSION_TOKEN=A_NEW_ONE")),
    "AuthorizationHeaderMalformed": ("The store expects another region in signatures.", _REGION),
    "PermanentRedirect": ("The bucket is in another region.", _REGION),
    "RequestTimeTooSkewed": (
        "The store refuses our signatures because of the clock.",
        command("timedatectl set-ntp true", say="On the machine whose clock is wrong:"),
    ),
}


def reachable(deployment: Deployment) -> Finding:
    """Somebody answers HTTP at the internal endpoint."""
    endpoint = deployment.conf.store.endpoint_url
    try:
        knock("HEAD", endpoint)
    except UnansweredError as silence:
        return fail(str(silence), _ENDPOINT)
    return ok(f"{endpoint} answers.")


def clock(deployment: Deployment) -> Finding:
    """Its clock, as it writes it into each answer, and ours agree."""
    before = time.time()
    reply = knock("HEAD", deployment.conf.store.endpoint_url)
    after = time.time()
    try:
        theirs = parsedate_to_datetime(reply.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return warn("The store does not tell the time, so its clock cannot be compared.")
    middle = (before + after) / 2
    exact_s = _SECOND + (after - before) / 2
    return judged_clock(theirs - middle, whose="The store's clock", fail_s=SKEW_FAIL_S, exact_s=exact_s)


def credentials(deployment: Deployment) -> Finding:
    """It believes our signature."""
    try:
        next(deployment.store.list_objects(PROBES), None)
    except StoreUnavailable as error:
        for code, (sentence, mend) in _MENDS.items():
            if error.log.endswith(code):
                return fail(sentence, mend)
        if "NoSuchBucket" not in error.log and "AccessDenied" not in error.log:
            return fail(f"The store does not take our calls: {error.log}.")
    return ok("The store believes our signature.")


def bucket(deployment: Deployment) -> Finding:
    """The bucket is there."""
    name = deployment.conf.store.bucket
    try:
        next(deployment.store.list_objects(PROBES), None)
    except StoreUnavailable as error:
        if "NoSuchBucket" in error.log:
            say = "Make it, with its rules for browsers and for unfinished uploads:"
            return fail(f"There is no bucket {name}.", command("python -m django ensure_bucket", say=say))
        if "AccessDenied" not in error.log:
            raise
    return ok(f"The bucket {name} is there.")


def rights(deployment: Deployment) -> Finding:
    """Our key may do what the application does, and the answers are right."""
    store, key = deployment.store, deployment.probes.key("rights")
    etag = ""

    def put() -> None:
        nonlocal etag
        etag = store.put(key, b"probe", content_type=TYPE, size_bytes=5)

    def multipart() -> None:
        upload_id = store.create_multipart(key, content_type=TYPE)
        store.list_parts(key, upload_id)
        store.abort_multipart(key, upload_id)

    tries: dict[str, Callable[[], object]] = {
        "PUT": put,
        "HEAD": lambda: store.head(key),
        "GET": lambda: store.read_range(key, etag=etag, start=0, end=5),
        "list": lambda: list(store.list_objects(key)),
        "list unfinished uploads": lambda: list(store.list_multipart_uploads(key)),
        "multipart": multipart,
        "DELETE": lambda: store.delete([key]),
    }
    refused: dict[str, str] = {}
    for name, attempt in tries.items():
        try:
            attempt()
        except MediadockError as error:
            refused[name] = error.log
    if refused:
        first = next(iter(refused.values()))
        return fail(f"Our key may not {', '.join(refused)} ({first}).", _policy(deployment.conf.store))
    return ok("PUT, HEAD, GET, DELETE, lists and multiparts are allowed.")


def _policy(config: StoreConfig) -> Mend:
    name = f"arn:aws:s3:::{config.bucket}"
    objects = ["GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"]
    whole = ["ListBucket", "ListBucketMultipartUploads", "GetLifecycleConfiguration"]
    statements = [
        {"Effect": "Allow", "Action": [f"s3:{right}" for right in rights], "Resource": resource}
        for rights, resource in ((objects, f"{name}/*"), (whole, name))
    ]
    return document({"Version": "2012-10-17", "Statement": statements}, say="The policy of our key (IAM) needs:")
