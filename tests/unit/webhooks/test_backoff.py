"""When a delivery is tried again: by the table, moved by a tenth, until a day is over."""

from __future__ import annotations

import pytest

from mediadock.webhooks.backoff import delay_s

DELAYS = (5, 30, 120, 600, 3600, 7200, 14400, 28800, 28800)


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 4.5, 5.5), (2, 27, 33), (5, 3240, 3960), (9, 25920, 31680)]
)
def test_a_delay_is_that_of_the_table_give_or_take_a_tenth(attempts: int, least: float, most: float) -> None:
    assert delay_s(attempts, DELAYS, chance=0) == pytest.approx(least)
    assert delay_s(attempts, DELAYS, chance=1) == pytest.approx(most)


@pytest.mark.parametrize(("attempts", "goes_on"), [(8, True), (9, True), (10, False), (11, False)])
def test_after_the_last_of_the_table_nothing_follows(attempts: int, goes_on: bool) -> None:
    assert (delay_s(attempts, DELAYS, chance=0.5) is not None) is goes_on


def test_ten_attempts_take_about_a_day() -> None:
    waited = [delay_s(attempts, DELAYS, chance=0.5) or 0 for attempts in range(1, 10)]
    assert 23 * 3600 < sum(waited) < 24 * 3600


@pytest.mark.parametrize(("asked", "waited"), [(None, 5), (2, 5), (60, 60), (10**9, 86400)])
def test_what_a_receiver_asks_for_is_heeded_where_it_is_longer_but_for_a_day_at_most(
    asked: float | None, waited: float
) -> None:
    assert delay_s(1, DELAYS, chance=0.5, asked_s=asked) == waited


def test_a_table_of_nothing_is_one_attempt() -> None:
    assert delay_s(1, (), chance=0.5) is None
