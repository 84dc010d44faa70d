"""May pages of our origins use the store, and no others?"""

from __future__ import annotations

from collections.abc import Mapping

from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.door import Reply, knock
from mediadock.local.doctor.findings import Finding, Mend, document, fail, ok, skipped
from mediadock.storage.bucket import SIGNED_BY_CLIENTS, cors_rules

_FOREIGN = "https://somebody-elses-pages.invalid"
_BODY = b"mediadock doctor"
_EVERYBODY = "*"


def allowed(deployment: Deployment) -> Finding:
    """From each configured origin a browser may send the PUT and read its ETag."""
    for origin in deployment.origins:
        page = "https://any-page.invalid" if origin == _EVERYBODY else origin
        preflight = _preflight(deployment, page)
        if not _lets_in(preflight, page):
            return fail(f"The store does not let pages of {origin} in (CORS).", _rules(deployment))
        if "PUT" not in _names(preflight, "access-control-allow-methods"):
            return fail(f"Pages of {origin} may not send PUT (CORS).", _rules(deployment))
        headers = {name.lower() for name in _names(preflight, "access-control-allow-headers")}
        missing = set() if _EVERYBODY in headers else set(SIGNED_BY_CLIENTS) - headers
        if missing:
            return fail(f"Pages of {origin} may not send {', '.join(sorted(missing))} (CORS).", _rules(deployment))
        signed = deployment.signed_put(deployment.probes.key("cors"), length=len(_BODY))
        reply = knock("PUT", signed.url, body=_BODY, headers=signed.headers | {"Origin": page})
        exposed = {name.lower() for name in _names(reply, "access-control-expose-headers")}
        if not _lets_in(reply, page) or not exposed & {"etag", _EVERYBODY}:
            sentence = f"Pages of {origin} cannot read the ETag of what they sent (CORS): multipart uploads would fail."
            return fail(sentence, _rules(deployment))
    return ok(f"Pages of {', '.join(deployment.origins)} may PUT and read the ETag.")


def foreign(deployment: Deployment) -> Finding:
    """A page of another origin is not let in."""
    if _EVERYBODY in deployment.origins:
        return skipped("Pages of every origin are allowed by MEDIADOCK_ALLOWED_ORIGINS.")
    if _lets_in(_preflight(deployment, _FOREIGN), _FOREIGN):
        sentence = "Pages of any origin are let in (CORS): the bucket has no rules, or too wide ones."
        return fail(sentence, _rules(deployment))
    return ok("Pages of another origin are not let in.")


def _preflight(deployment: Deployment, origin: str) -> Reply:
    url = deployment.signed_put(deployment.probes.key("preflight"), length=len(_BODY)).url
    asked: Mapping[str, str] = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(SIGNED_BY_CLIENTS),
    }
    return knock("OPTIONS", url, headers=asked)


def _lets_in(reply: Reply, origin: str) -> bool:
    return reply.status < 300 and reply.headers.get("access-control-allow-origin") in (origin, _EVERYBODY)


def _names(reply: Reply, header: str) -> set[str]:
    return {name.strip() for name in reply.headers.get(header, "").split(",") if name.strip()}


def _rules(deployment: Deployment) -> Mend:
    bucket = deployment.conf.store.bucket
    say = f"Run `python -m django ensure_bucket`, or give the bucket {bucket} these CORS rules (put-bucket-cors):"
    return document(dict(cors_rules(deployment.origins)), say=say)
