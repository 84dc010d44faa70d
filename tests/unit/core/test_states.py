"""The state machine row by row, and its views as the specification's table has them."""

from __future__ import annotations

from itertools import product

import pytest

from mediadock.core.states import GONE, OCCUPIES_BYTES, TRANSITIONS, VIEWS, State, stage_of

ALLOWED = {
    ("pending", "uploaded"),
    ("pending", "aborted"),
    ("pending", "expired"),
    ("uploaded", "processing"),
    ("uploaded", "rejected"),
    ("processing", "ready"),
    ("processing", "rejected"),
    ("processing", "failed"),
    ("processing", "uploaded"),
    ("processing", "processing"),
    ("failed", "processing"),
}


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_the_transitions_of_the_machine_are_allowed(before: State, after: State) -> None:
    assert (after in TRANSITIONS[before]) is ((before.value, after.value) in ALLOWED)


@pytest.mark.parametrize("state", [State.READY, State.REJECTED, State.ABORTED, State.EXPIRED])
def test_an_end_is_never_left(state: State) -> None:
    assert TRANSITIONS[state] == frozenset()


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ("pending", ("pending", "queued", "uploading", "PENDING", "pending")),
        ("uploaded", ("pending", "queued", "processing", "UPLOADED", "pending")),
        ("processing", ("pending", "running", "processing", "PROCESSING", "pending")),
        ("ready", ("sent", "done", "done", "READY", "uploaded")),
        ("failed", ("pending", "failed", "failed", "FAILED", "failed")),
        ("rejected", ("pending", "failed", "failed", "REJECTED", "failed")),
        ("aborted", ("pending", "failed", "failed", "ABORTED", "failed")),
        ("expired", ("pending", "failed", "failed", "EXPIRED", "failed")),
    ],
)
def test_every_surface_sees_a_state_by_its_own_word(state: str, row: tuple[str, ...]) -> None:
    view = VIEWS[State(state)]
    assert (
        view.message_status,
        view.processing_status,
        view.stage,
        view.media_status,
        view.short_status,
    ) == row


@pytest.mark.parametrize("state", State)
def test_a_stored_thumbnail_shows_only_while_processing(state: State) -> None:
    expected = "thumbnail_ready" if state is State.PROCESSING else VIEWS[state].stage
    assert stage_of(state, has_thumbnail=True) == expected
    assert stage_of(state, has_thumbnail=False) == VIEWS[state].stage


def test_bytes_count_until_they_are_gone() -> None:
    assert set(State) - OCCUPIES_BYTES == {State.REJECTED} | GONE
