"""Posts as the engine knows them: a kind of link, whose hook runs when one of their media settles."""

from __future__ import annotations

from mediadock.api.media import POST
from mediadock.contrib.feed.hooks import post_statuses, settle_post
from mediadock.core.links import LinkKind, register_link

POST_LINK = register_link(LinkKind(POST, on_settled=settle_post, statuses=post_statuses))
