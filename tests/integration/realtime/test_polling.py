"""The same events by polling, and the ticket, by the public door."""

from __future__ import annotations

import pytest
from websockets.sync.client import connect

from integration.realtime.realtime_client import Person, frame
from mediadock.realtime.polling import events_after
from stack.server import RunningServer


def test_a_ticket_of_the_api_opens_the_socket(running_server: RunningServer) -> None:
    answer = running_server.api_as_somebody().post("/auth/ws-ticket")
    assert answer.status == 200
    ticket = answer.json()
    assert set(ticket) == {"ticket", "expires_in"}
    assert ticket["expires_in"] == 30
    with connect(f"{running_server.ws_url}?ticket={ticket['ticket']}") as socket, pytest.raises(TimeoutError):
        frame(socket, timeout_s=0.3)


def test_somebody_new_has_no_events(running_server: RunningServer) -> None:
    assert running_server.api_as_somebody().get("/events/").json() == {"items": [], "first_seq": 1, "last_seq": 0}


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=1001", "after=1.5"])
def test_a_query_out_of_bounds_is_422(running_server: RunningServer, query: str) -> None:
    assert running_server.api_as_somebody().get(f"/events/?{query}").status == 422


def test_pages_follow_each_other_up_to_the_last(person: Person) -> None:
    for number in range(5):
        person.event(number=number)
    first = events_after(person.user_id, after=0, limit=2)
    assert [item["seq"] for item in first.items] == [1, 2]
    assert first.items[0] == {"type": "test_update", "seq": 1, "data": {"number": 0}}
    assert first.last_seq == 5
    rest = events_after(person.user_id, after=2, limit=10)
    assert ([item["seq"] for item in rest.items], rest.last_seq) == ([3, 4, 5], 5)
    assert events_after(person.user_id, after=10**6, limit=10).last_seq == 5


def test_events_that_cannot_be_shown_hold_nobody_up(person: Person) -> None:
    for _ in range(3):  # more than a page
        person.event(variants={"240": {}}, kind="no such kind")
    person.event(fine=True)
    page = events_after(person.user_id, after=0, limit=2)
    assert [item["seq"] for item in page.items] == [4]
    assert page.last_seq == 4
