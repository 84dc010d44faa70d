"""Run the checks one after the other, each with a deadline of its own: what hangs is a finding, never a hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from mediadock.core.errors import MediadockError
from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.door import UnansweredError
from mediadock.local.doctor.findings import Check, Examined, Finding, Verdict, fail, skipped

_GOOD_ENOUGH = frozenset({Verdict.OK, Verdict.WARN})


def chosen(checks: Sequence[Check], only: Sequence[str]) -> list[Check]:
    """The checks named, with all that they need, in their order; all of them for no names. Raises KeyError."""
    if not only:
        return list(checks)
    named = {check.name: check for check in checks}
    wanted: set[str] = set()
    rest = list(only)
    while rest:
        check = named[rest.pop()]
        wanted.add(check.name)
        rest += [name for name in check.needs if name not in wanted]
    return [check for check in checks if check.name in wanted]


def examine(checks: Sequence[Check], deployment: Deployment) -> Iterator[Examined]:
    """Each check with its finding, as soon as it is there."""
    verdicts: dict[str, Verdict] = {}
    for check in checks:
        began = time.monotonic()
        missing = [name for name in check.needs if verdicts.get(name) not in _GOOD_ENOUGH]
        finding = skipped(f"It needs {' and '.join(missing)}.") if missing else _asked(check, deployment)
        verdicts[check.name] = finding.verdict
        yield Examined(check, finding, time.monotonic() - began)


def within(seconds: float, work: Callable[[], None]) -> bool:
    """Whether ``work`` ended in time. What did not is left behind in a thread that keeps nobody from ending."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _asked(check: Check, deployment: Deployment) -> Finding:
    found: list[Finding] = []
    if within(check.within_s, lambda: found.append(_answer(check, deployment))) and found:
        return found[0]
    return fail(f"There was no answer within {check.within_s:.0f} s.")


def _answer(check: Check, deployment: Deployment) -> Finding:
    from django.db import connection

    try:
        return check.ask(deployment)
    except UnansweredError as silence:
        return fail(str(silence))
    except MediadockError as error:
        return fail(f"{error.detail} ({error.log})" if error.log else error.detail)
    except Exception as error:  # noqa: BLE001 - whatever broke belongs into the report
        return fail(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}")
    finally:
        connection.close()
