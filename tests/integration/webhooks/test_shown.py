"""Lines of text for an operator."""

from __future__ import annotations

import pytest

from mediadock.webhooks.shown import AttemptShown, DeliveryShown, delivery_lines

AT = "2026-11-21T22:27:54.055000+00:00"


@pytest.mark.parametrize(
    ("status", "error", "came_of_it"),
    [(204, "", "204 after 35 ms"), (None, "Nobody answers there.", "Nobody answers there after 35 ms")],
)
def test_a_try_is_told_in_one_sentence(status: int | None, error: str, came_of_it: str) -> None:
    tried = AttemptShown(ended_at=AT, status=status, error=error, answer="", duration_ms=35)
    shown = DeliveryShown(
        id=17,
        endpoint=1,
        message="msg_1",
        type="asset.ready",
        subject="asset:42",
        state="delivered",
        attempts=1,
        due_at=None,
        created_at=AT,
        tries=[tried],
    )
    assert delivery_lines(shown).splitlines() == [
        f"17 2026-11-21 22:27:54 msg_1 asset.ready asset:42 to 1: delivered after 1 ({came_of_it})",
        f"    2026-11-21 22:27:54 {came_of_it}",
    ]
