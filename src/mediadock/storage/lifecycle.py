"""What the bucket's own rules do with multipart uploads that nobody finishes."""

from __future__ import annotations

from mediadock.storage.answers import children, parse, text
from mediadock.storage.calls import Call, StoreCalls, refusal

_NO_RULES = "NoSuchLifecycleConfiguration"


def abandoned_uploads_end_after(calls: StoreCalls, prefix: str) -> int | None:
    """The days after which the store aborts an upload below ``prefix`` by itself, None for never.

    Raises StoreRefused when it knows no rules or does not tell them.
    """
    call = Call("GET", None, query=(("lifecycle", ""),))
    answer = calls.attempt(call)
    if answer.code == _NO_RULES:
        return None
    if not answer.ok:
        raise refusal(call, answer.status, answer.code)
    days = []
    for rule in children(parse(answer.body), "Rule"):
        applies_to = [text(within, "Prefix") for within in (rule, *children(rule, "Filter"))]
        if text(rule, "Status") == "Enabled" and all(prefix.startswith(part) for part in applies_to):
            ends = (text(abort, "DaysAfterInitiation") for abort in children(rule, "AbortIncompleteMultipartUpload"))
            days += [int(number) for number in ends if number.isdecimal()]
    return min(days, default=None)
