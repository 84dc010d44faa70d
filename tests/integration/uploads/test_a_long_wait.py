"""A file that waited long for its first worker has as much patience with a store that is away as any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.storage.calls import CallLimits
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services import process, verify
from mediadock.uploads.services.process import process_asset
from mediadock.uploads.services.sweep import sweep
from stack.client import Api
from stack.uploads import complete, state_of, uploaded_photo

ROUNDS = 25  # more than a worker gives a file back


@pytest.fixture
def the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """For workers alone: nobody listens at port 9, and they do not ask for long."""
    away = replace(conf().store, endpoint_url="http://127.0.0.1:9")
    store = ObjectStore(away, limits=CallLimits(attempts=1))
    monkeypatch.setattr(verify, "object_store", lambda: store)
    monkeypatch.setattr(process, "object_store", lambda: store)


def test_hints_while_no_worker_came_are_no_failures_of_the_store(alice: Api, the_store_is_away: None) -> None:
    grant = uploaded_photo(alice)
    assert complete(alice, grant).status == 202
    others = MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING))
    others.exclude(pk=grant["asset_id"]).delete()
    waiting = MediaAsset.objects.filter(pk=grant["asset_id"])
    for _ in range(ROUNDS):
        waiting.update(hinted_at=Now() - timedelta(hours=1), updated_at=Now() - timedelta(hours=1))
        assert sweep().hinted == 1
    process_asset(grant["asset_id"])
    assert state_of(alice, grant["asset_id"]) == "uploaded"
    assert alice.get(f"/assets/{grant['asset_id']}/").json()["error"] is None
