"""The process that asks: it has the deployment's environment, and Django. ``start`` becomes it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import django

from mediadock.local.doctor.findings import Examined
from mediadock.local.doctor.report import Report
from mediadock.local.doctor.settings import READABLE, unreadable

if TYPE_CHECKING:
    from mediadock.local.doctor.deployment import Deployment

HEALTHY, PROBLEMS, NOT_RUN, INTERRUPTED = 0, 1, 2, 130
_PUT_AWAY_S = 30.0


def main(arguments: Sequence[str]) -> int:
    """Examine what the environment leads to; the exit code."""
    parser = argparse.ArgumentParser(prog="mediadock doctor")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    wanted = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)  # probes are removed then, too
    report = Report(sys.stdout, as_json=wanted.json, environment=os.environ)
    began = time.monotonic()
    try:
        django.setup()
        deployment = _deployment()
    except Exception as error:  # noqa: BLE001 - whatever the settings raise is the finding
        report.take(Examined(READABLE, unreadable(error, os.environ), time.monotonic() - began))
        report.close()
        return PROBLEMS
    return _examined(deployment, wanted.only, report)


def _deployment() -> Deployment:
    from django.conf import settings

    from mediadock.local.doctor.deployment import Deployment
    from mediadock.server.celery import app
    from mediadock.uploads.conf import conf

    origins = tuple(settings.MEDIADOCK_AUTH["allowed_origins"]) or (conf().public_origin,)
    return Deployment.of(conf(), origins=origins, broker_url=str(app.conf.broker_url))


def _examined(deployment: Deployment, only: Sequence[str], report: Report) -> int:
    from django.db import connections

    from mediadock.local.doctor.catalogue import CHECKS
    from mediadock.local.doctor.examine import chosen, examine, within

    try:
        checks = chosen(CHECKS, only)
    except KeyError as unknown:
        names = ", ".join(check.name for check in CHECKS)
        sys.stderr.write(f"mediadock: There is no check {unknown}. There are: {names}.\n")
        return NOT_RUN
    try:
        for examined in examine(checks, deployment):
            report.take(examined)
    except KeyboardInterrupt:
        sys.stderr.write("\nmediadock: Interrupted.\n")
        return INTERRUPTED
    finally:
        within(_PUT_AWAY_S, deployment.probes.clear)
        connections.close_all()
    report.close()
    return PROBLEMS if report.failed else HEALTHY


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(code: int) -> NoReturn:
    """End now, whatever threads still wait for a server that hangs."""
    from mediadock.processing import sandbox

    sandbox.stop()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main(sys.argv[1:]))
