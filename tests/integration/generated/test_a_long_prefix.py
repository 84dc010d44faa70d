"""However much lies where images are awaited, a round of the sweeper asks the store for one page of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from integration.generated.test_arrivals import announced, key_of, lies_at, service, sweep_here
from integration.storage.fault_proxy import FaultProxy
from mediadock.uploads.models import Listing, MediaAsset
from mediadock.uploads.services.adopt import adopt_arrivals
from mediadock.uploads.store import object_store
from stack.client import Api
from stack.embedded import Embedded

__all__ = ["service"]  # the fixture

PAGE = 200
LONG = 2 * PAGE + 50


@pytest.fixture
def generation(django_schema: None) -> Iterator[str]:
    """One whose objects come behind ``LONG`` others that nobody awaits; the listing begins at its beginning."""
    Listing.objects.all().delete()
    folder = f"incoming/generated/aaa-{uuid4().hex[:8]}"
    strangers = [f"{folder}/{number:06}_0.png" for number in range(LONG)]
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda key: lies_at(key, b"x"), strangers))
    yield f"zzz-{uuid4().hex[:8]}"
    object_store().delete([found.key for found in object_store().list_objects("incoming/generated/zzz-")])
    object_store().delete(strangers)
    Listing.objects.all().delete()


def calls_of_a_round(stack: Embedded) -> list[tuple[str, str]]:
    """What a sweeper in a process of its own asks the store below the prefix of generated images."""
    with FaultProxy(stack.in_process_environment["MEDIADOCK_S3_ENDPOINT"]).running() as proxy:
        env = {**os.environ, **stack.in_process_environment, "MEDIADOCK_S3_ENDPOINT": proxy.url}
        argv = (sys.executable, "-m", "django", "sweep")
        ran = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=240, check=False)
        assert ran.returncode == 0, ran.stderr
        return [(method, path) for method, path in proxy.requests if "generated" in path]


def test_a_round_costs_one_call_and_the_last_object_is_found_in_its_turn(
    stack: Embedded, generation: str, service: Api
) -> None:
    last = lies_at(key_of(announced(service, generation)[0], generation=generation))
    for _ in range(2):  # pages of strangers
        [(method, path)] = calls_of_a_round(stack)
        assert method == "GET"
        assert f"max-keys={PAGE}" in path
        assert not MediaAsset.objects.filter(object_key=last).exists()
    sweep_here()
    assert MediaAsset.objects.get(object_key=last).state == "uploaded"


def test_a_listing_that_is_through_begins_anew(generation: str, service: Api) -> None:
    images = announced(service, generation)
    rounds_of_a_listing = LONG // PAGE + 1
    first = lies_at(key_of(images[0], generation=generation))
    assert [adopt_arrivals() for _ in range(rounds_of_a_listing)][-1] == 1
    second = lies_at(key_of(images[1], generation=generation))
    assert sum(adopt_arrivals() for _ in range(rounds_of_a_listing)) == 1
    states = MediaAsset.objects.filter(object_key__in=[first, second]).values_list("state", flat=True)
    assert list(states) == ["uploaded", "uploaded"]


def test_a_listing_does_not_end_where_what_it_stood_at_has_gone(generation: str, service: Api) -> None:
    image = announced(service, generation)[0]
    adopt_arrivals()
    stood_at = Listing.objects.get().after
    folder = stood_at.rpartition("/")[0] + "/"
    object_store().delete([found.key for found in object_store().list_objects(folder)])
    lies_at(key_of(image, generation=generation))
    assert adopt_arrivals() == 1
