"""A whole system under seeded fire. ``make faults`` runs the same for longer and with other seeds."""

from __future__ import annotations

import pytest

from faults.campaign import run_campaign


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_stuck_doubled_or_left_behind_when_everything_is_killed_at_random() -> None:
    report = run_campaign(seed=1, kills=25, assets=50, deadline_s=420.0)
    print(report)
    assert not report.failed, str(report)
