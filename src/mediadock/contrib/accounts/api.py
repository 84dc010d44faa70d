"""The routes of the built-in accounts: tokens and users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Query, Router

from mediadock.auth.http import bearer, principal_of
from mediadock.auth.limits import address_of, count_request
from mediadock.contrib.accounts.avatars import avatars_of
from mediadock.contrib.accounts.schemas import RefreshBody, SignInBody, TokenAnswer, UserAnswer, UserPage, UserRef
from mediadock.contrib.accounts.sign_in import SignedIn, refresh, sign_in
from mediadock.contrib.accounts.throttle import throttled
from mediadock.core.errors import Unauthenticated

router = Router(tags=["accounts"])


@router.post("/auth/token", response=TokenAnswer, auth=None, summary="Sign in")
def create_token(request: HttpRequest, body: SignInBody) -> TokenAnswer:
    """Tokens for a name and a password."""
    count_request(request.META, None)
    with throttled(username=body.username, address=address_of(request.META)):
        return _token_answer(sign_in(username=body.username, password=body.password))


@router.post("/auth/token/refresh", response=TokenAnswer, auth=None, summary="Refresh")
def refresh_token(request: HttpRequest, body: RefreshBody) -> TokenAnswer:
    """A fresh pair for a refresh token."""
    count_request(request.META, None)
    return _token_answer(refresh(body.refresh))


@router.get("/users/me", response=UserAnswer, auth=bearer, summary="Who am I")
def me(request: HttpRequest) -> UserAnswer:
    """The caller's own profile."""
    user = User.objects.filter(pk=principal_of(request).user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated("token_invalid", "The token is not accepted. Sign in again.", log="no such user")
    return _user_answers([user])[0]


@router.get("/users/", response=UserPage, auth=bearer, summary="Find people")
def find_users(
    request: HttpRequest,  # noqa: ARG001  # ninja passes the request
    search: Annotated[str, Query(max_length=150, pattern=r"^[^\x00]*$")] = "",
    cursor: Annotated[str, Query(max_length=150, pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> UserPage:
    """Active users whose name holds ``search``, by name; the cursor is the last name seen."""
    found = User.objects.filter(is_active=True, username__icontains=search, username__gt=cursor)
    users = list(found.order_by("username")[: limit + 1])
    more = users[limit - 1].get_username() if len(users) > limit else None
    return UserPage(items=_user_answers(users[:limit]), next=more)


def _token_answer(signed_in: SignedIn) -> TokenAnswer:
    return TokenAnswer(
        access=signed_in.access,
        refresh=signed_in.refresh,
        expires_in=signed_in.expires_in,
        token_type="Bearer",  # noqa: S106  # a name of RFC 6750, no secret
        user=UserRef(id=signed_in.user_id, username=signed_in.username),
    )


def _user_answers(users: Sequence[User]) -> list[UserAnswer]:
    avatars = avatars_of(user.pk for user in users)
    return [UserAnswer(id=user.pk, username=user.get_username(), avatar=avatars.get(user.pk)) for user in users]
