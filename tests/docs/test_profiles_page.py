"""docs/profiles.md lists every field of a profile with its default."""

from __future__ import annotations

from dataclasses import MISSING, fields

from docs.pages import page, rows
from mediadock.core.profiles import Profile, VideoVariant


def test_every_field_of_a_profile_is_explained_and_no_other() -> None:
    listed = [row[0] for row in rows(page("profiles.md"), under="The declaration")]
    assert sorted(listed) == sorted(field.name for field in fields(Profile))


def test_the_documented_numbers_are_the_defaults() -> None:
    listed = {row[0]: row[1] for row in rows(page("profiles.md"), under="The declaration")}
    plain = {field.name: field.default for field in fields(Profile) if isinstance(field.default, int)}
    assert {name: listed[name] for name in plain} == {name: str(default) for name, default in plain.items()}


def test_what_has_no_default_is_shown_without_one() -> None:
    listed = {row[0]: row[1] for row in rows(page("profiles.md"), under="The declaration")}
    required = {f.name for f in fields(Profile) if f.default is MISSING and f.default_factory is MISSING}
    assert {name for name, default in listed.items() if not default} == required


def test_every_field_of_a_films_variant_is_explained_with_its_default() -> None:
    listed = {row[0]: row[1] for row in rows(page("profiles.md"), under="Variants of films")}
    assert listed == {field.name: str(field.default) for field in fields(VideoVariant)}
