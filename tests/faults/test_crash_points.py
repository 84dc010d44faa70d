"""Somebody dies at every named crash point, once. ``make faults POINT=all KILLS=20`` does it twenty times."""

from __future__ import annotations

import pytest

from faults.tour import EVERY_POINT, run_tour


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whoever_dies_at_whatever_point_nothing_is_lost_stuck_doubled_or_left_behind() -> None:
    report = run_tour(points=EVERY_POINT, rounds=1, deadline_s=600.0)
    print(report)
    assert not report.failed, str(report)
