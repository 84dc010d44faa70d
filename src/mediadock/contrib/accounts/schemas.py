"""The bodies and answers of the accounts' routes."""

from __future__ import annotations

from typing import Literal

from mediadock.api.schemas import StrictSchema


class SignInBody(StrictSchema):
    """Name and password."""

    username: str
    password: str


class RefreshBody(StrictSchema):
    """A refresh token."""

    refresh: str


class UserRef(StrictSchema):
    """A user, named."""

    id: int
    username: str


class TokenAnswer(StrictSchema):
    """A pair of tokens; ``expires_in`` seconds is the access token's life."""

    access: str
    refresh: str
    expires_in: int
    token_type: Literal["Bearer"]
    user: UserRef


class UserAnswer(UserRef):
    """A user as others see one; ``avatar`` maps sizes to addresses."""

    avatar: dict[str, str] | None


class UserPage(StrictSchema):
    """A page of users; ``next`` is the cursor of the following one."""

    items: list[UserAnswer]
    next: str | None
