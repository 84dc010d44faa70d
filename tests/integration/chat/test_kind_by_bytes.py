"""What arrived decides: the profile is asked again for the kind and the type that the bytes have, and for its limit."""

from __future__ import annotations

from itertools import count

import pytest

from media.films import moving_gif
from media.pictures import encoded, quarters
from media.sounds import sine, sound
from mediadock.core.errors import ContentRejected
from mediadock.core.filetypes import Kind
from mediadock.core.policy import Declared
from mediadock.core.profiles import Profile, register
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.prepare import prepare_uploads
from mediadock.uploads.services.verify import verify_upload
from stack.client import Api, call

ROOMY = 1024 * 1024
NUMBERS = count()

MP3 = sound("mp3", sine(0.5))
FLAC = sound("flac", sine(0.5))
VOICE = sound("webm opus", sine(0.5))
GIF = moving_gif()
PNG = encoded(quarters(64, 48), "PNG")


def profile_of(**max_bytes: int) -> Profile:
    """A host's profile that takes these kinds, each up to so many bytes."""
    return register(
        Profile(
            name=f"by bytes {next(NUMBERS)}",
            max_bytes={Kind(kind): limit for kind, limit in max_bytes.items()},
            key_layout="by-bytes/{owner}/{asset}/{name}",
            event_type="media_update",
        )
    )


def verified(owner: Api, profile: Profile, body: bytes, content_type: str, kind: Kind | None = None) -> str:
    """Send the bytes under that declaration and verify what arrived: the type that they have."""
    assert owner.user_id is not None
    declared = Declared(file_name="thing", size_bytes=len(body), content_type=content_type, kind=kind)
    (grant,) = prepare_uploads(
        owner_id=owner.user_id, profile=profile, declared=[declared], audience=[owner.user_id]
    ).grants
    assert grant.put_url is not None
    assert call("PUT", grant.put_url, body=body, headers=grant.headers).status == 200
    asset = complete_upload(MediaAsset.objects.get(pk=grant.asset_id))
    return verify_upload(asset, profile)


def refusal(owner: Api, profile: Profile, body: bytes, content_type: str, kind: Kind | None = None) -> str:
    """The code with which it is refused."""
    with pytest.raises(ContentRejected) as refused:
        verified(owner, profile, body, content_type, kind)
    return refused.value.code


@pytest.mark.parametrize("room", [0, 1])
def test_a_sound_sent_as_a_film_may_be_as_large_as_a_sound(alice: Api, room: int) -> None:
    profile = profile_of(video=ROOMY, audio=len(MP3) + room)
    assert verified(alice, profile, MP3, "video/mpeg") == "audio/mpeg"


def test_a_sound_sent_as_a_film_that_is_too_large_for_a_sound_is_refused(alice: Api) -> None:
    assert refusal(alice, profile_of(video=ROOMY, audio=len(FLAC) - 1), FLAC, "video/mp4") == "file_too_large"


def test_a_sound_sent_as_a_film_is_refused_where_only_films_are_taken(alice: Api) -> None:
    assert refusal(alice, profile_of(video=ROOMY), FLAC, "video/mp4") == "type_not_allowed"


def test_a_voice_note_in_a_container_of_films_passes_where_only_sounds_are_taken(alice: Api) -> None:
    assert verified(alice, profile_of(audio=len(VOICE)), VOICE, "audio/webm") == "video/webm"


def test_a_gif_sent_as_a_film_passes_and_one_sent_as_a_picture_stays_one(alice: Api) -> None:
    both = profile_of(image=ROOMY, video=ROOMY)
    assert verified(alice, both, GIF, "image/gif", Kind.VIDEO) == "image/gif"
    assert verified(alice, both, GIF, "image/gif") == "image/gif"
    assert [asset.kind for asset in MediaAsset.objects.filter(owner_id=alice.user_id).order_by("pk")] == [
        "video",
        "image",
    ]


def test_a_gif_passes_as_a_film_where_only_films_are_taken_whatever_it_was_called(alice: Api) -> None:
    films = profile_of(video=len(GIF))
    assert verified(alice, films, GIF, "video/mp4") == "image/gif"
    assert verified(alice, films, GIF, "image/gif", Kind.VIDEO) == "image/gif"


def test_another_picture_sent_as_a_film_is_none(alice: Api) -> None:
    assert refusal(alice, profile_of(image=ROOMY, video=ROOMY), PNG, "video/mp4") == "type_mismatch"
    assert refusal(alice, profile_of(image=ROOMY, video=ROOMY), PNG, "image/gif", Kind.VIDEO) == "type_mismatch"
