"""A voice message: recorded at one side with the browser's test microphone, which beeps, and heard at the other."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from browser.chat.looks import take_pictures
from browser.chat.people import Somebody, both_see_the_same

_PLAYER = "document.querySelector('[data-kind=audio] audio')"
_ONE_SECOND, _THREE_SECONDS = (re.compile(rf"^0:(0[{least}-9]|[1-5]\d)$") for least in (1, 3))
"""Or more: who looks at a clock now and then need not see each of its seconds."""


def test_a_voice_message_is_recorded_and_heard(alice: Somebody, bob: Somebody, artifacts: Path) -> None:
    alice.button("Record a voice message").click()
    expect(alice.page.get_by_role("timer")).to_have_text(_THREE_SECONDS)
    take_pictures(artifacts, "voice-recording", sender=alice)
    alice.button("Send the voice message").click()
    for person in (alice, bob):
        person.sees_stages("done")
        expect(person.page.get_by_role("slider")).to_be_visible()
    both_see_the_same(alice, bob)
    (message,) = bob.api.get(f"/chats/{alice.api.user_id}/messages/").json()["items"]
    (asset,) = message["attachments"]
    assert asset["duration"] > 2
    assert max(asset["waveform"]) > 20, "the beeps are louder than nothing"
    take_pictures(artifacts, "voice-ready", sender=alice, receiver=bob)

    plays_at(bob, 0.2)  # so that it has not ended before it is paused
    bob.button("Play voice-").click()
    bob.until(f"{_PLAYER}.currentTime > 0.3")
    bob.button("Pause voice-").click()
    seek_by_click(bob, 0.5, asset["duration"])
    take_pictures(artifacts, "voice-half-played", receiver=bob)
    bob.page.get_by_role("slider").press("Home")
    bob.until(f"{_PLAYER}.currentTime === 0")
    bob.page.get_by_role("slider").press("ArrowRight")
    bob.until(f"Math.abs({_PLAYER}.currentTime - 1) < 0.05")
    expect(bob.page.get_by_role("slider")).to_have_attribute("aria-valuenow", "1")
    bob.page.get_by_role("slider").press("Space")  # plays to its end, and stands at its beginning
    expect(bob.button("Pause voice-")).to_be_visible()
    plays_at(bob, 16)
    expect(bob.button("Play voice-")).to_be_visible()
    expect(bob.page.get_by_role("slider")).to_have_attribute("aria-valuenow", "0")


def test_a_recording_that_is_cancelled_goes_nowhere(alice: Somebody, bob: Somebody) -> None:
    alice.button("Record a voice message").click()
    expect(alice.page.get_by_role("timer")).to_have_text(_ONE_SECOND)
    alice.button("Cancel the recording").click()
    alice.send(text="Never mind")
    bob.sees_text("Never mind")
    assert alice.cells.count() == bob.cells.count() == 0
    assert alice.api.get("/uploads/").json()["items"] == []


def plays_at(person: Somebody, rate: float) -> None:
    """So many times as fast as it was spoken, from now on."""
    person.page.evaluate(f"{_PLAYER}.defaultPlaybackRate = {_PLAYER}.playbackRate = {rate}")


def seek_by_click(person: Somebody, fraction: float, duration: float) -> None:
    """Click so far along the waveform, and wait until the sound is there."""
    box = person.page.get_by_role("slider").bounding_box()
    assert box is not None
    person.page.mouse.click(box["x"] + fraction * box["width"], box["y"] + box["height"] / 2)
    person.until(f"Math.abs({_PLAYER}.currentTime - {fraction * duration}) < 0.1")
