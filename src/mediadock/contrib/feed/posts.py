"""Posts: write one, read the feed, take one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DataError, IntegrityError
from django.db.models import Q

from mediadock.api.media import POST, media_out
from mediadock.api.pagination import newest_page
from mediadock.contrib.feed.hooks import publish_when_ready, tell
from mediadock.contrib.feed.models import DELETED, Post
from mediadock.core.errors import FieldError, Malformed, NotFound, Unauthenticated
from mediadock.core.policy import MAX_INT64
from mediadock.core.states import State
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.link import link_assets


def submit_post(*, author_id: int, content: str, media_ids: Sequence[int]) -> dict[str, Any]:
    """Create a post with the author's media; it is published at once if these are ready.

    Raises ``Malformed`` when there is nothing in it or a medium is named twice, and what ``link_assets`` raises.
    """
    _check(content, media_ids)
    try:
        with committing("surface"):
            post = Post.objects.create(author_id=author_id, content=content)
            post.refresh_from_db()
            media = link_assets(author_id, media_ids, kind=POST, link_id=post.pk) if media_ids else []
            Post.objects.filter(pk=post.pk).update(media_order=[asset.pk for asset in media])
            if publish_when_ready(post, [State(asset.state) for asset in media]) == "publishing":
                tell(post)
    except (IntegrityError, DataError) as error:  # no such user, or no user can have such an id
        raise Unauthenticated("user_unknown", "The token's user does not exist any more.") from error
    return _shown(post, media, author_id)


def feed_of(user_id: int, *, cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Everybody's published posts and the user's own that are still publishing, newest first."""
    visible = Post.objects.filter(Q(published_at__isnull=False) | Q(author_id=user_id))
    page, following = newest_page(visible, cursor=cursor, limit=limit)
    media: dict[int | None, list[MediaAsset]] = {post.pk: [] for post in page}
    for asset in MediaAsset.objects.filter(link_kind=POST, link_id__in=list(media)).order_by("pk"):
        media[asset.link_id].append(asset)
    return [_shown(post, _in_order(media[post.pk], post.media_order), user_id) for post in page], following


def delete_post(*, author_id: int, post_id: int) -> None:
    """Take a post back, with all its media, and tell it. Raises ``NotFound`` for everybody but its author."""
    if not 0 < post_id <= MAX_INT64:
        raise _no_post()
    with committing("surface"):
        media = MediaAsset.objects.select_for_update().filter(link_kind=POST, link_id=post_id, owner_id=author_id)
        locked = list(media.order_by("pk"))  # before the post, as a worker locks them that settles one
        post = Post.objects.select_for_update().filter(pk=post_id, author_id=author_id).first()
        if post is None:
            raise _no_post()
        Post.objects.filter(pk=post.pk).delete()
        for asset in locked:
            delete_asset(asset)
        tell(post, DELETED)


def _in_order(media: Sequence[MediaAsset], order: Sequence[int]) -> list[MediaAsset]:
    return sorted(media, key=lambda asset: order.index(asset.pk) if asset.pk in order else len(order))


def _check(content: str, media_ids: Sequence[int]) -> None:
    if not content.strip() and not media_ids:
        raise _malformed("content", "post_empty", "A post needs words or media.")
    if len(set(media_ids)) != len(media_ids):
        raise _malformed("mediaIds", "media_repeated", "A medium can be in a post once.")


def _malformed(field: str, code: str, sentence: str) -> Malformed:
    return Malformed(code, sentence, errors=[FieldError(field, code, sentence)])


def _shown(post: Post, media: Sequence[MediaAsset], viewer_id: int) -> dict[str, Any]:
    return {
        "postId": post.pk,
        "status": post.status,
        "authorId": post.author_id,
        "content": post.content,
        "createdAt": post.created_at.isoformat(),
        "publishedAt": post.published_at.isoformat() if post.published_at else None,
        "media": [media_out(asset, viewer_id=viewer_id) for asset in media],
    }


def _no_post() -> NotFound:
    return NotFound("post_not_found", "There is no such post of yours.")
