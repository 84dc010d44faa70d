"""Posts: what may be in one, when it is published, who sees it, and what becomes of it when media do not make it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from mediadock.core.states import State
from mediadock.uploads.lifecycle import StaleTransitionError, claim, transition
from stack.at_once import at_once
from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.workers import becomes_ready, expires, fails, is_rejected

A_PICTURE = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 10, "mediaType": "post-image"}


def medium(api: Api) -> int:
    """A medium that is only announced."""
    answer = api.post("/media/upload-session", **A_PICTURE)
    assert answer.status == 201, answer.body
    media_id: int = answer.json()["mediaId"]
    return media_id


def arrived(api: Api) -> int:
    """A medium whose bytes are there and wait for a worker."""
    session = api.post("/media/upload-session", **A_PICTURE).json()
    assert call("PUT", session["uploadUrl"], body=b"\xff" * 10, headers=session["headers"]).status == 200
    assert api.post(f"/media/{session['mediaId']}/complete").status == 200
    media_id: int = session["mediaId"]
    return media_id


def ready(api: Api) -> int:
    """A medium that is ready."""
    media_id = arrived(api)
    becomes_ready(media_id)
    return media_id


def submitted(api: Api, content: str = "", *media_ids: int) -> Any:
    """A post that must be taken."""
    answer = api.post("/feed/submit", content=content, mediaIds=list(media_ids))
    assert answer.status == 201, answer.body
    return answer.json()


def feed(api: Api) -> list[dict[str, Any]]:
    """The newest page of the caller's feed."""
    items: list[dict[str, Any]] = api.get("/feed").json()["items"]
    return items


def status_of(api: Api, post_id: int) -> str | None:
    """The status of a post as the caller's feed tells it, None where it does not show it."""
    return next((post["status"] for post in feed(api) if post["postId"] == post_id), None)


def told(api: Api) -> list[str]:
    """The statuses of posts that the caller was told, in order."""
    events = api.get("/events/?limit=1000").json()["items"]
    return [event["data"]["status"] for event in events if event["type"] == "post_update"]


def test_words_are_published_at_once_and_seen_by_everybody(alice: Api, bob: Api) -> None:
    post = submitted(alice, "Hello")
    assert (post["status"], post["media"]) == ("published", [])
    shown = next(one for one in feed(bob) if one["postId"] == post["postId"])
    assert (shown["authorId"], shown["content"], shown["status"]) == (alice.user_id, "Hello", "published")
    assert shown["publishedAt"]
    assert told(alice) == ["published"]


def test_media_that_are_ready_are_published_at_once_in_the_order_asked(alice: Api, bob: Api) -> None:
    first, second = ready(alice), ready(alice)
    post = submitted(alice, "", second, first)
    assert post["status"] == "published"
    assert [one["mediaId"] for one in post["media"]] == [second, first]
    assert {one["postId"] for one in post["media"]} == {post["postId"]}
    shown = next(one for one in feed(bob) if one["postId"] == post["postId"])
    assert [one["mediaId"] for one in shown["media"]] == [second, first]
    assert alice.get(f"/media/{first}").json()["postId"] == post["postId"]


def test_a_post_is_published_when_the_last_of_its_media_is_ready(alice: Api, bob: Api) -> None:
    first, second = arrived(alice), arrived(alice)
    post = submitted(alice, "Two", first, second)["postId"]
    becomes_ready(first)
    assert (status_of(alice, post), status_of(bob, post)) == ("publishing", None)
    becomes_ready(second)
    assert (status_of(alice, post), status_of(bob, post)) == ("published", "published")
    assert told(alice) == ["publishing", "published"]


def test_two_media_that_become_ready_at_once_publish_the_post_once(alice: Api) -> None:
    for _ in range(5):
        media = [arrived(alice), arrived(alice)]
        post = submitted(alice, "", *media)["postId"]
        before = len(told(alice))
        at_once(*[lambda one=one: becomes_ready(one) for one in media])
        assert status_of(alice, post) == "published"
        assert told(alice)[before:] == ["published"]


def test_a_medium_that_fails_holds_the_post_back_until_it_is_retried_or_removed(alice: Api) -> None:
    good, retried, removed = arrived(alice), arrived(alice), arrived(alice)
    post = submitted(alice, "Three", good, retried, removed)["postId"]
    becomes_ready(good)
    fails(retried)
    is_rejected(removed)
    assert status_of(alice, post) == "publishing"
    assert alice.post(f"/assets/{retried}/retry/").status == 202
    becomes_ready(retried)
    assert status_of(alice, post) == "publishing"
    assert alice.delete(f"/media/{removed}").status == 204
    assert status_of(alice, post) == "published"


def test_what_never_arrives_holds_nothing_back(alice: Api) -> None:
    with_words, without = medium(alice), medium(alice)
    posts = submitted(alice, "Words", with_words)["postId"], submitted(alice, "", without)["postId"]
    expires(with_words)
    expires(without)
    assert [status_of(alice, post) for post in posts] == ["published", None]
    assert told(alice)[-1] == "deleted"


def test_a_medium_of_somebody_else_or_of_nobody_is_not_found(alice: Api, bob: Api) -> None:
    theirs = ready(bob)
    foreign = refused(alice.post("/feed/submit", content="Mine?", mediaIds=[theirs]), 404, "media_not_found")
    unknown = refused(alice.post("/feed/submit", content="Mine?", mediaIds=[2**62]), 404, "media_not_found")
    refused(alice.post("/feed/submit", content="Mine?", mediaIds=[2**70]), 404, "media_not_found")
    assert foreign["title"] == unknown["title"]
    assert feed(alice)[:1] == [] or feed(alice)[0]["content"] != "Mine?", "nothing was created"
    assert bob.get(f"/media/{theirs}").json()["postId"] is None


def test_failed_media_and_media_that_are_posted_already_are_refused(alice: Api) -> None:
    bad, used = arrived(alice), ready(alice)
    fails(bad)
    submitted(alice, "", used)
    refused(alice.post("/feed/submit", content="", mediaIds=[bad]), 409, "media_failed")
    refused(alice.post("/feed/submit", content="", mediaIds=[used]), 409, "media_linked")


def test_one_medium_submitted_twice_at_once_is_in_one_post(alice: Api) -> None:
    media_id = ready(alice)
    answers = at_once(*[lambda: alice.post("/feed/submit", content="Race", mediaIds=[media_id])] * 4)
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert len([post for post in feed(alice) if post["content"] == "Race"]) == 1


def test_the_same_key_gives_the_same_post_again(alice: Api) -> None:
    body = {"content": "Once", "mediaIds": [ready(alice)]}
    answers = [alice.request("POST", "/feed/submit", headers={"Idempotency-Key": "k"}, **body) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json()["postId"] == answers[1].json()["postId"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"content": " ", "mediaIds": []}, "post_empty", "content"),
        ({"content": "a\0"}, "invalid_request", "content"),
        ({"content": "a" * 10_001}, "invalid_request", "content"),
        ({"content": "a", "mediaIds": ["1"]}, "invalid_request", "mediaIds.0"),
        ({"content": "a", "mediaIds": [1] * 51}, "invalid_request", "mediaIds"),
    ],
)
def test_what_makes_no_post_is_refused(alice: Api, body: dict[str, Any], code: str, field: str) -> None:
    assert fields_of(refused(alice.post("/feed/submit", **body), 422, code)) == [field]


def test_a_medium_named_twice_is_refused(alice: Api) -> None:
    media_id = ready(alice)
    refused(alice.post("/feed/submit", content="", mediaIds=[media_id, media_id]), 422, "media_repeated")


def test_a_post_goes_with_its_media_and_only_by_its_author(alice: Api, bob: Api) -> None:
    media_id = ready(alice)
    post = submitted(alice, "Gone soon", media_id)["postId"]
    for stranger, number in ((bob, post), (alice, 2**62), (alice, 2**80)):
        refused(stranger.delete(f"/feed/{number}"), 404, "post_not_found")
    assert alice.delete(f"/feed/{post}").status == 204
    assert status_of(alice, post) is None
    assert told(alice)[-1] == "deleted"
    refused(alice.get(f"/media/{media_id}"), 404)


def test_posts_that_are_deleted_while_their_media_become_ready_leave_nothing(alice: Api) -> None:
    for _ in range(5):
        media_id = arrived(alice)
        post = submitted(alice, "Race", media_id)["postId"]
        at_once(lambda post=post: alice.delete(f"/feed/{post}"), lambda one=media_id: may_become_ready(one))
        assert status_of(alice, post) is None
        refused(alice.get(f"/media/{media_id}"), 404)


def test_the_feed_is_read_in_pages(alice: Api) -> None:
    posts = [submitted(alice, f"Number {number}")["postId"] for number in range(3)]
    first = alice.get("/feed?limit=2").json()
    assert [post["postId"] for post in first["items"]] == posts[:0:-1]
    assert alice.get(f"/feed?limit=1&cursor={first['next']}").json()["items"][0]["postId"] == posts[0]


def test_nobody_posts_or_reads_without_a_token(alice: Api, web: Any) -> None:
    refused(web.anonymous().get("/feed"), 401)
    refused(web.anonymous().post("/feed/submit", content="a"), 401)
    refused(web.anonymous().delete("/feed/1"), 401)


def may_become_ready(media_id: int) -> None:
    """Processing succeeds, or finds that there is nothing to process any more."""
    try:
        held = claim(media_id)
        if held is not None:
            with suppress(StaleTransitionError):
                transition(media_id, State.READY, lease_token=held.lease_token)
    finally:
        connection.close()
