"""A page's events while its socket is taken away and given back: each once, in order, none left out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from browser.faults.sending import Sender
from browser.faults.wire import SocketWire
from stack.client import Api
from stack.server import RunningServer
from stack.uploads import photo, prepare

_LISTEN = """
({ token, options }) => {
  window.client = mediadock.createClient({ token, events: options });
  window.seqs = [];
  window.states = [];
  client.events.onStatus(() => window.states.push(client.events.status));
  client.events.subscribe(({ seq }) => seq !== null && window.seqs.push(seq));
  client.store.subscribe(() => {});
}
"""


def test_a_socket_that_goes_away_and_comes_back_costs_no_event(
    open_page: Callable[..., Sender], person: Api, wire: SocketWire, running_server: RunningServer
) -> None:
    page, friend = open_page(person), running_server.api_as_somebody()
    quick = {"after": 0, "pollEveryS": 0.2, "reconnect": {"firstDelayS": 0.1, "longestDelayS": 0.5}}
    page.page.evaluate(_LISTEN, {"token": person.token, "options": quick})

    def something_happens() -> None:
        for _ in range(3):
            prepare(friend, photo(), to=person)
        page.wait(f"window.seqs.length >= {len(facts(person))}")

    page.wait("client.events.status === 'open'")
    something_happens()
    wire.cut()
    prepare(friend, photo(), to=person)  # while nobody listens at all
    page.wait("client.events.status === 'polling'")
    something_happens()
    wire.mend()
    page.wait("client.events.status === 'open'")
    something_happens()

    told = facts(person)
    assert len(told) == 10
    assert page.do("window.seqs") == [fact["seq"] for fact in told]
    shown = page.do("Object.values(client.store.getState().assets).map(({ seq, asset }) => [seq, asset.asset_id])")
    assert sorted(shown) == sorted([fact["seq"], fact["data"]["asset_id"]] for fact in told)
    assert page.do("client.store.getState().seq") == told[-1]["seq"]
    states = page.do("window.states")
    assert [state for state, _ in groupby(s for s in states if s != "connecting")] == ["open", "polling", "open"]


def facts(person: Api) -> list[dict]:
    """All that the server has stored for somebody."""
    items: list[dict] = person.get("/events/?after=0&limit=1000").json()["items"]
    return items
