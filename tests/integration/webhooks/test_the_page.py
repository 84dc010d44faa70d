"""docs/howto/webhooks.md says what is told: types, fields and delays."""

from __future__ import annotations

import json

from django.utils import timezone

from docs.pages import blocks, page, rows
from mediadock.uploads.milestones import ASSET_DELETED, OF_ASSETS, described
from mediadock.uploads.models import MediaAsset
from mediadock.webhooks.conf import WebhookSettings
from mediadock.webhooks.endpoints import TEST_TYPE

HOWTO = page("howto/webhooks.md")


def test_every_milestone_is_on_the_page() -> None:
    told = {row[0] for row in rows(HOWTO, under="What is told")}
    assert told == {*OF_ASSETS.values(), ASSET_DELETED, TEST_TYPE, "message.sent", "post.published"}


def test_the_document_on_the_page_has_the_fields_of_the_code() -> None:
    [shown] = [json.loads(block.text) for block in blocks(HOWTO) if block.language == "json"]
    now = timezone.now()
    assert shown["data"].keys() == described(MediaAsset(created_at=now, updated_at=now)).keys()


def test_the_delays_on_the_page_are_those_of_the_code() -> None:
    assert WebhookSettings().retry_delays_s == (5, 30, 120, 600, 3600, 7200, 14400, 28800, 28800)
    assert "after 5 s, 30 s, 2 min, 10 min, 1 h, 2 h, 4 h, 8 h and 8 h" in HOWTO.read_text()
