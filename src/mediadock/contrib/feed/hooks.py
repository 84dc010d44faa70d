"""Fan-in: a post is published when all its remaining media are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models.functions import Now

from mediadock.api.media import POST
from mediadock.contrib.feed.models import DELETED, PUBLISHED, PUBLISHING, Post
from mediadock.core.profiles import LinkedAsset
from mediadock.core.states import GONE, State
from mediadock.uploads import milestones
from mediadock.uploads.events import append_event
from mediadock.uploads.models import MediaAsset

EVENT_TYPE = "post_update"


def settle_post(asset: LinkedAsset) -> str | None:
    """Publish the asset's post if that was the last it waited for; one with nothing left in it goes.

    The post's row is locked first: of two media that become ready at once, the second sees the first.
    """
    post = Post.objects.select_for_update().filter(pk=asset.link_id or 0).first()
    if post is None:
        return None
    remaining = [state for state in states_of(post) if state not in GONE]
    if not remaining and not post.content:
        tell(post, DELETED)
        post.delete()
        return None
    return publish_when_ready(post, remaining)


def publish_when_ready(post: Post, states: Sequence[State]) -> str:
    """Publish and tell it, unless something is still to come; gives the post's status."""
    if post.published_at is None and all(state is State.READY for state in states):
        Post.objects.filter(pk=post.pk).update(published_at=Now())
        post.refresh_from_db()
        tell(post)
        _reach_published(post)
    return post.status


def _reach_published(post: Post) -> None:
    """The milestone of a post: ids, and not what it says."""
    media = set(MediaAsset.objects.filter(link_kind=POST, link_id=post.pk).values_list("pk", flat=True))
    shown = [media_id for media_id in post.media_order if media_id in media]
    data = {"post_id": post.pk, "author_id": post.author_id, "media_ids": shown}
    milestones.reach("post.published", subject=f"post:{post.pk}", data=data)


def tell(post: Post, status: str | None = None) -> None:
    """Let the author know where the post is."""
    data = {"postId": post.pk, "status": status or post.status, "content": post.content}
    append_event([post.author_id], event_type=EVENT_TYPE, data=data)


def states_of(post: Post) -> list[State]:
    """The states of the post's media."""
    rows = MediaAsset.objects.filter(link_kind=POST, link_id=post.pk).values_list("state", flat=True)
    return [State(state) for state in rows]


def post_statuses(post_ids: Sequence[int]) -> Mapping[int, str]:
    """The status of each post."""
    rows = Post.objects.filter(pk__in=post_ids).values_list("pk", "published_at")
    return {pk: PUBLISHING if published_at is None else PUBLISHED for pk, published_at in rows}
