"""The feed's endpoints. Each view parses, calls one service, shapes the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.idempotency import idempotent
from mediadock.api.pagination import DEFAULT_LIMIT
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.feed.posts import delete_post, feed_of, submit_post
from mediadock.contrib.feed.schemas import Feed, PostIn, SubmittedOut

router = Router(auth=bearer, tags=["feed"])


@router.post("/feed/submit", response={201: SubmittedOut, **REFUSALS})
@idempotent
def submit(request: HttpRequest, body: PostIn) -> HttpResponse:
    """Post words and media; it is shown to everybody once all media are ready."""
    post = submit_post(author_id=principal_of(request).user_id, content=body.content, media_ids=body.mediaIds)
    return json_response(201, {name: post[name] for name in ("postId", "status", "media")})


@router.get("/feed", response={200: Feed, **REFUSALS})
def feed(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> HttpResponse:
    """Everybody's published posts, and the caller's own that are still publishing, newest first."""
    items, following = feed_of(principal_of(request).user_id, cursor=cursor, limit=limit)
    return json_response(200, {"items": items, "next": following})


@router.delete("/feed/{post_id}", response={204: None, **REFUSALS})
def delete(request: HttpRequest, post_id: int) -> HttpResponse:
    """Take one's own post back, with its media."""
    delete_post(author_id=principal_of(request).user_id, post_id=post_id)
    return HttpResponse(status=204)
