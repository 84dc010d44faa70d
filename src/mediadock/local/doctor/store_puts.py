"""Do presigned PUTs hold what quarantine rests on? Asked at the address that browsers use."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from mediadock.core.errors import MediadockError
from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.door import Reply, UnansweredError, knock
from mediadock.local.doctor.findings import Finding, Mend, fail, ok, setting
from mediadock.storage.presign import PresignedPut

RACERS = 32
RACE_S = 60.0
"""SeaweedFS may make the losers wait for its lock, two seconds a turn."""

_BODY = b"mediadock doctor"
ANOTHER_STORE = setting(
    "MEDIADOCK_S3_ENDPOINT=https://STORE.EXAMPLE",
    say="Use a store that keeps this promise (Amazon S3, Cloudflare R2, SeaweedFS 4.17 or newer), with no proxy before "
    "it that changes requests or answers:",
)
"""What there is to do when a promise is broken that no setting of a store repairs."""

_LOST = frozenset({409, 412})
"""409 is what AWS answers the loser of a close race."""


def put(deployment: Deployment) -> Finding:
    """A browser's PUT arrives whole."""
    key = deployment.probes.key("put")
    mend = _public_endpoint(deployment)
    try:
        reply = deployment.put_publicly(key, _BODY)
    except UnansweredError as silence:
        return fail(str(silence), mend)
    if reply.status != 200:
        sentence = f"A presigned PUT to {deployment.public_endpoint} is answered {_told(reply)}: clients cannot upload."
        return fail(sentence, mend)
    return ok(f"A presigned PUT to {deployment.public_endpoint} arrives.")


def conditional(deployment: Deployment) -> Finding:
    """Of 32 racing PUTs to one key one wins, and one that comes later is refused: a URL is good for one object."""
    key = deployment.probes.key("race")
    signed = deployment.signed_put(key, length=len(_BODY))

    def race(_number: int) -> int:
        return knock("PUT", signed.url, body=_BODY, headers=signed.headers, within_s=RACE_S).status

    with ThreadPoolExecutor(RACERS) as racers:
        statuses = Counter(racers.map(race, range(RACERS)))
    statuses.update([race(RACERS)])
    others = {status for status in statuses if status != 200}
    if statuses[200] == 1 and others <= _LOST:
        return ok(f"Of {RACERS} racing PUTs to one key one won, the others were refused.")
    told = ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))
    sentence = (
        f"If-None-Match does not hold: PUTs to one key were answered {told}; what was verified could be replaced."
    )
    return fail(sentence, ANOTHER_STORE)


def length(deployment: Deployment) -> Finding:
    """A body of another length than was signed is refused."""
    for body in (_BODY + b"!", _BODY[:-1]):
        key = deployment.probes.key("length")
        signed = deployment.signed_put(key, length=len(_BODY))
        if _taken(deployment, key, signed, body, {}):
            sentence = (
                f"{len(_BODY)} bytes were signed and {len(body)} taken: clients may send more than they declared."
            )
            return fail(sentence, ANOTHER_STORE)
    return ok("A body of another length than was signed is refused.")


def content_type(deployment: Deployment) -> Finding:
    """Another type than was signed is refused."""
    key = deployment.probes.key("type")
    signed = deployment.signed_put(key, length=len(_BODY), content_type="image/png")
    if _taken(deployment, key, signed, _BODY, {"Content-Type": "text/html"}):
        return fail("image/png was signed and text/html taken.", ANOTHER_STORE)
    return ok("Another type than was signed is refused.")


def checksum(deployment: Deployment) -> Finding:
    """Bytes that do not have the signed SHA-256 are refused, and those that have it are taken."""
    right = base64.b64encode(hashlib.sha256(_BODY).digest()).decode()
    key = deployment.probes.key("checksum")
    signed = deployment.signed_put(key, length=len(_BODY), checksum=right)
    if _taken(deployment, key, signed, bytes(len(_BODY)), {}):
        return fail("Other bytes than those of the signed SHA-256 were taken.", ANOTHER_STORE)
    reply = knock("PUT", signed.url, body=_BODY, headers=signed.headers)
    if reply.status != 200:
        return fail(f"The bytes of the signed SHA-256 were answered {_told(reply)}.", ANOTHER_STORE)
    return ok("The signed SHA-256 is compared.")


def _taken(deployment: Deployment, key: str, signed: PresignedPut, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the store took what was not signed, by its answer or by what lies there afterwards."""
    try:
        if knock("PUT", signed.url, body=body, headers=signed.headers | dict(headers)).status < 300:
            return True
    except UnansweredError:
        pass  # it may hang up on a body that is not as announced
    try:
        deployment.store.head(key)
    except MediadockError:
        return False
    return True


def _public_endpoint(deployment: Deployment) -> Mend:
    line = f"MEDIADOCK_S3_PUBLIC_ENDPOINT={deployment.conf.store.endpoint_url}"
    return setting(
        line, say="The address of the store as browsers reach it, which must be what the store sees as its host:"
    )


def _told(reply: Reply) -> str:
    from mediadock.storage.answers import error_code

    return f"{reply.status} {error_code(reply.body)}".rstrip()
