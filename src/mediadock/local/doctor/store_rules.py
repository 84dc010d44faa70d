"""Does the bucket end unfinished uploads by itself, and does the store tell us of what arrives?"""

from __future__ import annotations

import time

from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.findings import Finding, Mend, document, fail, ok, warn
from mediadock.local.doctor.processes import now_in_database
from mediadock.storage.bucket import lifecycle_rules
from mediadock.storage.errors import StoreRefused
from mediadock.uploads import heartbeats

EVENT_S = 12.0
_LOOK_S = 0.1
_ADDRESS = "/api/v1/storage/events"
_SEAWEEDFS = """\
[notification.webhook]
enabled = true
endpoint = "{address}"
bearer_token = "{token}"
event_types = ["create", "update", "rename", "delete"]
path_prefixes = ["/buckets/{bucket}/incoming/"]"""


def lifecycle(deployment: Deployment) -> Finding:
    """Unfinished uploads that our own sweeper missed are ended by the store."""
    mend = document(
        dict(lifecycle_rules()),
        say="Run `python -m django ensure_bucket`, or give the bucket these rules "
        "(put-bucket-lifecycle-configuration, together with those that it has):",
    )
    try:
        days = deployment.store.abandoned_uploads_end_after(heartbeats.PROBES)
    except StoreRefused as error:
        return warn(f"The bucket's life-cycle rules are not told to us ({error.log}).", mend)
    if days is None:
        sentence = "No rule of the bucket ends unfinished uploads: what our own sweeper misses would stay."
        return warn(sentence, mend)
    return ok(f"The store ends unfinished uploads after {days} days.")


def events(deployment: Deployment) -> Finding:
    """The store tells the web process of an object that arrives in quarantine."""
    if not deployment.conf.storage_events_secret:
        sentence = "No store events are taken: an upload that nobody completes waits for the sweeper."
        return warn(sentence, _notification(deployment))
    since = now_in_database()
    deployment.put(deployment.probes.key("event"), b"mediadock doctor")
    deadline = time.monotonic() + EVENT_S
    while time.monotonic() < deadline:
        told = heartbeats.last_beats().get(heartbeats.STORE_EVENT)
        if told is not None and told > since:
            return ok("The store tells of what arrives.")
        time.sleep(_LOOK_S)
    sentence = f"An object arrived, and the store did not tell the web process within {EVENT_S:.0f} s."
    return fail(sentence, _notification(deployment))


def _notification(deployment: Deployment) -> Mend:
    text = _SEAWEEDFS.format(
        address=deployment.conf.public_url.rstrip("/") + _ADDRESS,
        token="MEDIADOCK_STORAGE_EVENTS_SECRET",  # noqa: S106 - the name of the setting stands for its value
        bucket=deployment.conf.store.bucket,
    )
    say = (
        f"Set MEDIADOCK_STORAGE_EVENTS_SECRET and have the store POST to {_ADDRESS} with it as bearer token. "
        "SeaweedFS (notification.toml):"
    )
    return Mend(say, "file", text)
