"""Each event once and in order: over sockets that break, and over none at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.server import ServerConnection, serve

from mediadock.client import EVENTS_PRUNED, Client, Event, NotLoggedIn
from mediadock.client.reading import Fields
from unit.client.small_server import SmallServer


def event(seq: int | None, **data: object) -> dict[str, object]:
    return {"type": "chat_message_update", "seq": seq, "data": {"asset_id": 1, **data}}


@contextmanager
def socket_server(
    small: SmallServer, talk: Callable[[int, Callable[[dict[str, object]], None]], None]
) -> Iterator[list[int]]:
    """Runs ``talk(after, send)`` for each connection, then closes it; yields the list of all ``after``."""
    afters: list[int] = []

    def handle(socket: ServerConnection) -> None:
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)
        assert query["ticket"] == ["t"]
        afters.append(int(query["after"][0]))
        talk(afters[-1], lambda frame: socket.send(json.dumps(frame)))

    with serve(handle, "127.0.0.1", 0) as server:
        small.ws_url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ws/events/"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield afters
        finally:
            server.shutdown()
            thread.join()


def pruned(after: int, first_seq: int) -> dict[str, object]:
    return {"type": EVENTS_PRUNED, "seq": None, "data": {"after": after, "first_seq": first_seq}}


def take(events: Iterator[Event], count: int) -> list[int | None]:
    return [next(events).seq for _ in range(count)]


def test_polling_hands_out_every_page_in_order(small: SmallServer, client: Client):
    small.events = [event(seq) for seq in range(1, 451)]
    assert [each.seq for each in client.events(after=3)] == list(range(4, 451))
    assert client.latest_seq() == 450


def test_a_page_from_which_an_event_is_left_out_is_not_taken_for_the_last(small: SmallServer, client: Client):
    small.events = [event(seq) for seq in range(1, 451)]
    small.unshown = {7, 450}
    assert [each.seq for each in client.events(after=0)] == [*range(1, 7), *range(8, 450)]


def test_a_socket_that_breaks_after_every_frame_loses_and_repeats_nothing(small: SmallServer, client: Client):
    small.events = [event(seq) for seq in range(1, 5)]

    def talk(after, send):
        for seq in range(max(after, 1), min(after + 2, 5)):  # the frame before the cursor comes again
            send(event(seq))

    with socket_server(small, talk) as afters:
        events = client.watch(after=0)
        assert take(events, 4) == [1, 2, 3, 4]
        events.close()
    assert afters == sorted(afters)


def test_frames_that_were_left_out_are_fetched_before_the_one_that_shows_it(small: SmallServer, client: Client):
    small.events = [event(seq) for seq in range(1, 8)]
    with socket_server(small, lambda after, send: [send(event(2)), send(event(7)), send(event(5))]):
        events = client.watch(after=1)
        assert take(events, 6) == [2, 3, 4, 5, 6, 7]
        events.close()


def test_progress_passes_through_and_moves_no_cursor(small: SmallServer, client: Client):
    small.events = [event(1), event(2)]
    frames = [event(1), event(None, progress=40), event(2)]
    with socket_server(small, lambda after, send: [send(frame) for frame in frames]):
        events = client.watch(after=0)
        assert take(events, 3) == [1, None, 2]
        events.close()


@pytest.mark.parametrize(("after", "is_told"), [(0, True), (4, True), (5, False), (6, False)])
def test_polling_tells_once_that_events_are_gone(small: SmallServer, client: Client, after: int, is_told: bool):
    small.events = [event(seq) for seq in range(6, 460)]
    told = list(client.events(after=after))
    hint = [Event.read(Fields(pruned(after, 6)))] if is_told else []
    assert told[: len(hint)] == hint
    assert [each.seq for each in told[len(hint) :]] == list(range(max(after + 1, 6), 460))


def test_events_that_a_socket_says_are_gone_are_not_asked_for(small: SmallServer, client: Client):
    small.events = [event(6), event(7)]
    frames = [pruned(2, 6), event(6), event(7)]
    with socket_server(small, lambda after, send: [send(frame) for frame in frames if (frame["seq"] or 6) > after]):
        events = client.watch(after=2)
        assert take(events, 3) == [None, 6, 7]
        assert small.count("GET /events/") == 0
        events.close()


def test_without_any_socket_events_come_by_polling(small: SmallServer, client: Client):
    small.events = [event(1), event(2)]
    events = client.watch(after=0)
    assert take(events, 2) == [1, 2]
    small.events.append(event(3))
    assert take(events, 1) == [3]
    events.close()


def test_watching_without_a_place_begins_with_what_is_new(small: SmallServer, client: Client):
    small.events = [event(seq) for seq in range(1, 10)]
    with socket_server(small, lambda after, send: send(event(after + 1))) as afters:
        events = client.watch()
        assert take(events, 1) == [10]
        events.close()
    assert afters[0] == 9


def test_watching_ends_when_it_is_stopped(small: SmallServer, client: Client):
    stop = threading.Event()
    with socket_server(small, lambda after, send: stop.wait(10)):
        threading.Timer(0.3, stop.set).start()
        assert list(client.watch(after=0, stop=stop)) == []


def test_a_caller_who_is_not_believed_is_told_and_not_asked_for_ever(small: SmallServer, tmp_path):
    with Client(small.address, "bad", state_folder=tmp_path) as client, pytest.raises(NotLoggedIn):
        next(client.watch(after=0))


def test_following_reads_its_assets_again_where_events_are_gone(small: SmallServer, client: Client):
    upload = small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    upload.state = "uploaded"

    def talk(after, send):
        upload.state = "ready"
        send(pruned(after, after + 5))

    with socket_server(small, talk):
        assert [asset.stage for asset in client.follow([1])] == ["processing", "done"]


def test_following_tells_every_change_until_the_asset_is_settled(small: SmallServer, client: Client):
    upload = small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    upload.state = "uploaded"
    fact = upload.as_asset()
    done = event(2, **fact | {"state": "ready", "stage": "done", "media_url": "http://m/1"})
    frames = [event(1, **fact), event(None, stage="processing", progress=40), event(None, asset_id=9, progress=7), done]
    small.events = [frames[0], done]
    with socket_server(small, lambda after, send: [send(frame) for frame in frames]):
        small.events = []
        told = [(asset.stage, asset.progress, asset.media_url) for asset in client.follow([1])]
    assert told == [("processing", None, None), ("processing", 40, None), ("done", None, "http://m/1")]
