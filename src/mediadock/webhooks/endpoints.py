"""Endpoints: add, give a new secret, disable, enable, remove."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from mediadock.uploads import doorbell
from mediadock.uploads.crashpoints import committing, one_statement
from mediadock.webhooks.addresses import RefusedAddressError, addresses_of, target_of
from mediadock.webhooks.conf import webhook_conf
from mediadock.webhooks.history import remove_some
from mediadock.webhooks.models import WebhookDelivery, WebhookEndpoint
from mediadock.webhooks.recording import record_for
from mediadock.webhooks.signing import key_of, new_secret

ROTATION_S = 24 * 3600
TEST_TYPE = "webhook.test"
_TYPE = re.compile(r"[a-z][a-z0-9_]*\.(?:\*|[a-z][a-z0-9_]*)")


class UnknownEndpointError(LookupError):
    """There is no such endpoint."""


def add_endpoint(
    url: str, *, types: Sequence[str] = (), description: str = "", secret: str | None = None
) -> WebhookEndpoint:
    """A new endpoint, with a secret of its own unless one is brought.

    Raises ``RefusedAddressError`` for a URL where nothing could be sent, as far as its name resolves now, and
    ValueError for a type that is none and a secret that is none.
    """
    if wrong := [type_ for type_ in types if not _TYPE.fullmatch(type_) or len(type_) > 64]:
        raise ValueError(f"not a type of milestone: {', '.join(wrong)}; asset.ready and asset.* are")
    secret = secret or new_secret()
    key_of(secret)
    target = target_of(url)
    try:
        addresses_of(target, allowed=webhook_conf().allowed)
    except OSError as error:
        raise RefusedAddressError(f"The host's name does not resolve: {error.strerror}.") from None
    with one_statement("webhook_endpoint"):
        return WebhookEndpoint.objects.create(url=url, types=sorted(set(types)), description=description, secret=secret)


def rotate_secret(endpoint_id: int, *, both_s: int = ROTATION_S) -> WebhookEndpoint:
    """Give an endpoint a new secret; the one before signs too for ``both_s``. Raises ``UnknownEndpointError``."""
    with one_statement("webhook_endpoint"):
        changed = WebhookEndpoint.objects.filter(pk=endpoint_id).update(
            previous_secret=F("secret"), previous_until=Now() + timedelta(seconds=both_s), secret=new_secret()
        )
    return _there(endpoint_id, changed)


def disable_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Send and record nothing for it any more; what waits goes on waiting. Raises ``UnknownEndpointError``."""
    with one_statement("webhook_endpoint"):
        changed = WebhookEndpoint.objects.filter(pk=endpoint_id).update(
            disabled_at=Now(), disabled_reason="by the operator"
        )
    return _there(endpoint_id, changed)


def enable_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Begin again, with what waits. Raises ``UnknownEndpointError``."""
    with committing("webhook_endpoint"):
        changed = WebhookEndpoint.objects.filter(pk=endpoint_id).update(
            disabled_at=None, disabled_reason="", failing_since=None
        )
        doorbell.ring_relay_on_commit()
    return _there(endpoint_id, changed)


def remove_endpoint(endpoint_id: int) -> None:
    """Remove it and its deliveries. Raises ``UnknownEndpointError``.

    Disabled first, and locked only for what is left then: transitions that write to it are waited for, none waits.
    """
    disable_endpoint(endpoint_id)
    deliveries = WebhookDelivery.objects.filter(endpoint=endpoint_id)
    while remove_some(deliveries):
        continue
    with committing("webhook_removed"):
        locked = list(WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id))
        while remove_some(deliveries):
            continue
        WebhookEndpoint.objects.filter(pk__in=[endpoint.pk for endpoint in locked]).delete()


def send_test(endpoint_id: int) -> str:
    """Have it told something that has not happened; gives the message's key.

    Each test is a subject of its own, so none waits behind one that failed. Raises ``UnknownEndpointError``; also when
    it is disabled.
    """
    subject, data = f"test:{uuid.uuid4().hex}", {"endpoint_id": endpoint_id}
    with committing("webhook_endpoint"):
        key = record_for(endpoint_id, TEST_TYPE, subject=subject, data=data)
    if key is None:
        raise _no_endpoint(endpoint_id)
    return key


def _there(endpoint_id: int, count: int) -> WebhookEndpoint:
    if not count:
        raise _no_endpoint(endpoint_id)
    return WebhookEndpoint.objects.get(pk=endpoint_id)


def _no_endpoint(endpoint_id: int) -> UnknownEndpointError:
    return UnknownEndpointError(f"There is no endpoint {endpoint_id}, or it is disabled.")
