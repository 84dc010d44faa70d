"""The other doors than the chat's: media, posts, albums, avatars, generated images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from e2e.services import as_service
from faults.cargo import Cargo
from faults.sending import Person, headers_of
from mediadock.client.generated import announce_images, begin_image
from mediadock.client.reading import Fields
from mediadock.client.sessions import DirectSession

_ENDED = frozenset({404, 409})
"""What is answered to somebody whose earlier try did it already, and did not hear so."""


def send_medium(person: Person, cargo: Cargo, *, then_post: bool) -> None:
    """One medium by the media surface, perhaps put into a post while it is processed."""
    person.delivered.begin(cargo)
    media_id = person.patiently(lambda: _sent(person, _begun(person, cargo), cargo))
    person.delivered.note("medium", cargo)
    if then_post:
        person.patiently(lambda: _submitted(person, cargo.name, [media_id]), settled=_ENDED)
        person.delivered.note("post")


def post_first(person: Person, cargo: Sequence[Cargo]) -> None:
    """A post whose media arrive after it. What comes too late for its time goes into another post."""
    for one in cargo:
        person.delivered.begin(one)

    def post() -> None:
        sessions = [_begun(person, one) for one in cargo]
        _submitted(person, cargo[0].name, [session.integer("mediaId") for session in sessions])
        for session, one in zip(sessions, cargo, strict=True):
            _sent(person, session, one)

    person.patiently(post)
    person.delivered.note("post before its media", *cargo)


def take_post_back(person: Person, cargo: Cargo) -> None:
    """A post, and the second thought."""
    person.delivered.begin(cargo)

    def post() -> tuple[int, int]:
        media_id = _sent(person, _begun(person, cargo), cargo)
        return media_id, _submitted(person, cargo.name, [media_id])

    media_id, post_id = person.patiently(post)
    person.delivered.note("post taken back", cargo, arrives=False)
    person.patiently(lambda: person.account().delete(f"/feed/{post_id}"), settled={404})
    person.delivered.gone(media_id)


def change_face(person: Person, first: Cargo, second: Cargo) -> None:
    """Two avatars, one right after the other: the second stays, until the next comes."""
    with person.changing_face:
        for cargo in (first, second):
            person.delivered.begin(cargo)
            person.patiently(partial(_faced, person, cargo))
            person.delivered.note("avatar", cargo, arrives=False)
            with person.delivered.writing:
                person.delivered.faces[person.user_id] = cargo.name


def send_to_album(person: Person, album_id: int, cargo: Cargo) -> None:
    """One picture into an album; nobody says ``complete`` but the store's event, or the sweeper."""
    person.delivered.begin(cargo)

    def upload() -> None:
        session = person.account().post(f"/albums/{album_id}/media/upload", _declared(cargo), creates=True)
        person.put(session.text("uploadUrl"), headers_of(session), cargo)

    person.patiently(upload)
    person.delivered.note("album", cargo)


def make_album(person: Person) -> int:
    """An album for them."""
    body = {"title": "Bad weather"}
    return person.patiently(lambda: person.account().post("/albums", body, creates=True).integer("albumId"))


def generate(person: Person, generation: str, cargo: Sequence[Cargo]) -> None:
    """A machine of theirs announces images and sends each to the address that it is given for it."""
    for index, one in enumerate(cargo):
        named = person.patiently(partial(_generated, person, generation, index, one, len(cargo)))
        person.delivered.note("generated", named)


def generate_unasked(person: Person, generation: str, cargo: Cargo) -> None:
    """A machine puts an image where it was announced, and asks nobody for an address.

    It reaches the store past the wire, and whoever is told of it may be dead.
    """

    def put() -> Cargo:
        account = person.account(as_service(person.server, person.fresh_api()).token)
        announce_images(account, generation, count=1, content_type=cargo.content_type)
        [image] = account.get(f"/generated/{generation}/images").children("images")
        named = replace(cargo, name=f"{image.integer('imageId')}_0.jpg")
        person.delivered.begin(named)
        key = f"incoming/generated/{generation}/{named.name}"
        person.server.store.put(key, named.body, content_type=named.content_type, size_bytes=len(named.body))
        return named

    person.delivered.note("generated unasked", person.patiently(put))


def _begun(person: Person, cargo: Cargo) -> Fields:
    declared = {
        "fileName": cargo.name, "fileType": cargo.content_type, "fileSize": len(cargo.body),
        "mediaType": cargo.media_type,
    }  # fmt: skip
    return person.account().post("/media/upload-session", declared, creates=True)


def _faced(person: Person, cargo: Cargo) -> None:
    _sent(person, person.account().post("/users/me/avatar/upload", _declared(cargo), creates=True), cargo)


def _declared(cargo: Cargo) -> dict[str, object]:
    return {"filename": cargo.name, "contentType": cargo.content_type, "size": len(cargo.body)}


def _sent(person: Person, session: Fields, cargo: Cargo) -> int:
    person.put(session.text("uploadUrl"), headers_of(session), cargo)
    media_id = session.integer("mediaId")
    person.account().post(f"/media/{media_id}/complete")
    return media_id


def _submitted(person: Person, content: str, media_ids: Sequence[int]) -> int:
    body: dict[str, object] = {"content": content, "mediaIds": list(media_ids)}
    return person.account().post("/feed/submit", body, creates=True).integer("postId")


def _generated(person: Person, generation: str, index: int, cargo: Cargo, count: int) -> Cargo:
    """The image as the server calls it; one that has arrived already is left alone."""
    account = person.account(as_service(person.server, person.fresh_api()).token)
    announce_images(account, generation, count=count, content_type=cargo.content_type)
    session = begin_image(account, generation, index, size_bytes=len(cargo.body), content_type=cargo.content_type)
    image = account.get(f"/generated/{generation}/images").children("images")[index]
    named = replace(cargo, name=f"{image.integer('imageId')}_{index}.jpg")
    person.delivered.begin(named)
    if session is not None:
        assert isinstance(session, DirectSession)
        person.put(session.put_url, session.headers, named)
    return named
