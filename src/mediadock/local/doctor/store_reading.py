"""Can we read what we must, and nobody else?"""

from __future__ import annotations

from datetime import UTC, datetime

from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.door import UnansweredError, knock
from mediadock.local.doctor.findings import Finding, command, fail, ok, setting
from mediadock.local.doctor.store_puts import ANOTHER_STORE
from mediadock.storage.errors import SourceChanged

_BODY = b"mediadock doctor"
_OTHER_ETAG = "0" * 32


def ranges(deployment: Deployment) -> Finding:
    """A range of the version that was pinned is given, one of another version refused."""
    store, key = deployment.store, deployment.probes.key("range")
    etag = deployment.put(key, _BODY)
    if store.read_range(key, etag=etag, start=10, end=16) != _BODY[10:16]:
        return fail("A range of an object is other bytes than were put there.", ANOTHER_STORE)
    try:
        store.read_range(key, etag=_OTHER_ETAG, start=10, end=16)
    except SourceChanged:
        return ok("Ranges are given of the version that was pinned only.")
    mend = setting("MEDIADOCK_S3_ENDPOINT=https://STORE.EXAMPLE", say="Use a store that knows If-Match on GET:")
    return fail("A GET with If-Match is answered for another version: a worker could read what was not verified.", mend)


def endpoints(deployment: Deployment) -> Finding:
    """What is put at the internal endpoint is there at the public one, under a signature of ours."""
    internal, public = deployment.conf.store.endpoint_url.rstrip("/"), deployment.public_endpoint
    key = deployment.probes.key("endpoints")
    deployment.put(key, _BODY)
    url = deployment.presigner.get_object(key, expires_s=60, now=datetime.now(UTC))
    mend = setting(f"MEDIADOCK_S3_PUBLIC_ENDPOINT={internal}", say="Name the same store by its public address:")
    try:
        reply = knock("GET", url)
    except UnansweredError as silence:
        return fail(str(silence), mend)
    if reply.status != 200 or reply.body != _BODY:
        said = f"answers {reply.status}" if reply.status != 200 else "gives other bytes"
        return fail(f"What was put at {internal} is not to be had at {public}, which {said}.", mend)
    return ok("The endpoint is the same." if public == internal else f"{internal} and {public} show the same objects.")


def privacy(deployment: Deployment) -> Finding:
    """Nobody reads quarantine without a signature."""
    key = deployment.probes.key("privacy")
    deployment.put(key, _BODY)
    address = deployment.conf.store.address(public=True)
    reply = knock("GET", f"{address.origin}{address.path(key)}")
    if reply.status < 300 or reply.body == _BODY:
        bucket = deployment.conf.store.bucket
        mend = command(
            f"aws --endpoint-url {deployment.conf.store.endpoint_url} s3api delete-bucket-policy --bucket {bucket}",
            say="Take the policy away that lets strangers read incoming/, or narrow it to media/:",
        )
        return fail("Anybody can read what waits in quarantine, without a signature.", mend)
    return ok("Without a signature nobody reads quarantine.")
