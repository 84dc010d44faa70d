"""Celery as a carrier of hints: PostgreSQL is the queue of record, a lost message costs seconds.

Each setting has its reason in ``docs/decisions/0003-postgresql-is-the-queue-of-record.md``.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init

from mediadock.processing import sandbox
from mediadock.uploads.broker import outlive_redis, transport_options
from mediadock.uploads.queues import DEFAULT_QUEUE, STALE_AFTER_S, heartbeat_schedule

if TYPE_CHECKING:
    from celery.worker import WorkController

_log = logging.getLogger(__name__)
_TIME_LIMIT_S = int(os.environ.get("MEDIADOCK_PROCESS_TIME_LIMIT") or "900") + 60
_VISIBILITY_TIMEOUT_S = _TIME_LIMIT_S + 300
_BROKER_URL = os.environ.get("MEDIADOCK_BROKER_URL") or os.environ.get(
    "MEDIADOCK_REDIS_URL", "redis://127.0.0.1:6379/0"
)

outlive_redis()
app = Celery("mediadock")
app.conf.update(
    broker_url=_BROKER_URL,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=True,
    task_time_limit=_TIME_LIMIT_S,
    task_soft_time_limit=_TIME_LIMIT_S - 30,
    task_publish_retry=False,
    task_default_queue="default",
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=200,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_soft_shutdown_timeout=30,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    visibility_timeout=_VISIBILITY_TIMEOUT_S,
    broker_transport_options=transport_options(_BROKER_URL, visibility_timeout_s=_VISIBILITY_TIMEOUT_S),
    beat_schedule={
        "sweep": {"task": "mediadock.sweep", "schedule": 5.0, "options": {"expires": STALE_AFTER_S}},
        "tidy": {"task": "mediadock.tidy", "schedule": 3600.0, "options": {"expires": 3600.0}},
        "forget": {"task": "mediadock.forget_old_answers", "schedule": 3600.0, "options": {"expires": 3600.0}},
        **heartbeat_schedule(),
    },
)
app.autodiscover_tasks(["mediadock.uploads", "mediadock.api"])


@setup_logging.connect  # type: ignore[untyped-decorator]
def _keep_django_logging(**_: object) -> None:
    """Django's logging stands; Celery would replace it."""


@worker_init.connect  # type: ignore[untyped-decorator]
def _say_what_protects(sender: WorkController, **_: object) -> None:
    """Once a start, for the operator: the kernel decides what can be enforced. The sweeper decodes nothing."""
    if set(sender.app.amqp.queues.consume_from) == {DEFAULT_QUEUE}:
        return
    active = sandbox.active_protections()
    sandbox.stop()
    missing = [name for name in sandbox.PROTECTIONS if name not in active]
    _log.log(
        logging.WARNING if missing else logging.INFO,
        "the sandbox enforces %s; not on this machine: %s",
        ", ".join(active) or "nothing",
        ", ".join(missing) or "nothing is missing",
    )


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _warm_the_sandbox(**_: object) -> None:
    """Each pool process has a zygote of its own, ready before its first picture."""
    sandbox.warm()
