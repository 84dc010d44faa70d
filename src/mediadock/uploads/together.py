"""A transaction that whoever asks for an upload wants around what is recorded of it.

It is begun when the store has answered: a transaction that waits for a slow store would hold a connection of the pool,
and locks. What the caller adds after ``prepare_uploads`` is committed together with the upload, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

Opening = Callable[[], AbstractContextManager[None]]
"""Enters the caller's transaction and leaves it open; where the recording within fails, it is rolled back."""

_wanted: ContextVar[Opening | None] = ContextVar("mediadock_recorded_within", default=None)


@contextmanager
def recorded_within(opening: Opening) -> Iterator[None]:
    """Have the first upload that is prepared in here recorded in the transaction that ``opening`` enters."""
    before = _wanted.set(opening)
    try:
        yield
    finally:
        _wanted.reset(before)


def recording() -> AbstractContextManager[None]:
    """What is to be around the statement that records an upload."""
    opening = _wanted.get()
    _wanted.set(None)
    return nullcontext() if opening is None else opening()
