"""Answers kept under an Idempotency-Key are forgotten after a day, by the task that beat starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mediadock.api.models import IdempotentRequest
from mediadock.api.tasks import forget_answers_given_yesterday


@pytest.mark.parametrize(("age_h", "is_kept"), [(23, True), (25, False)])
def test_an_answer_is_kept_for_a_day_and_no_longer(django_schema: None, age_h: int, is_kept: bool) -> None:
    answered = IdempotentRequest.objects.create(
        user_id=1,
        path="/api/v1/files/upload/",
        key=f"{age_h} hours old",
        body_sha256="0" * 64,
        status=201,
        body="{}",
        created_at=datetime.now(UTC) - timedelta(hours=age_h),
    )
    forget_answers_given_yesterday()
    assert IdempotentRequest.objects.filter(pk=answered.pk).exists() is is_kept
