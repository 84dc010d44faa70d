"""``manage.py webhooks``: endpoints of the host's backend, what they were told, and telling it again."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mediadock.webhooks import endpoints, history
from mediadock.webhooks.addresses import RefusedAddressError
from mediadock.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint

_SHOWN = 50
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
Words = dict[str, Any]


class Command(BaseCommand):
    """Everything an operator does about webhooks."""

    help = "Add, list, rotate, disable, enable, test and remove webhook endpoints; list and replay deliveries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="a new endpoint; its secret is shown this once")
        add.add_argument("url")
        add.add_argument("--types", default="", help="asset.ready,asset.failed or asset.*; without: all")
        add.add_argument("--description", default="")
        listed = verbs.add_parser("list", help="all endpoints, without their secrets")
        listed.add_argument("--json", action="store_true", dest="as_json")
        for verb, meaning in _ON_ONE.items():
            one = verbs.add_parser(verb, help=meaning)
            one.add_argument("endpoint", type=int)
            if verb == "rotate":
                one.add_argument("--both", type=_seconds, default=endpoints.ROTATION_S, metavar="24h")
        _add_history(verbs)

    def handle(self, *_args: object, verb: str, **words: Any) -> None:  # noqa: ANN401 - the arguments above
        """Do it, and say what came of it. Raises ``CommandError`` with a sentence."""
        do: Callable[[Words], str] = getattr(self, f"_{verb}")
        try:
            if text := do(words):
                self.stdout.write(text)
        except (RefusedAddressError, endpoints.UnknownEndpointError, ValueError) as error:
            raise CommandError(str(error)) from None

    def _add(self, words: Words) -> str:
        types = [type_.strip() for type_ in words["types"].split(",") if type_.strip()]
        endpoint = endpoints.add_endpoint(words["url"], types=types, description=words["description"])
        return f"endpoint: {endpoint.pk}\nsecret: {endpoint.secret}\nThe secret is not shown again."

    def _list(self, words: Words) -> str:
        shown = [_shown(endpoint) for endpoint in WebhookEndpoint.objects.order_by("pk")]
        if words["as_json"]:
            return json.dumps(shown, indent=2)
        return "\n".join(
            f"{one['id']} {one['url']} [{', '.join(one['types']) or 'all'}] {one['state']}, waiting: {one['waiting']}"
            for one in shown
        )

    def _rotate(self, words: Words) -> str:
        endpoint = endpoints.rotate_secret(words["endpoint"], both_s=words["both"])
        return (
            f"secret: {endpoint.secret}\nThe one before signs too until {endpoint.previous_until:%Y-%m-%d %H:%M} UTC."
        )

    def _disable(self, words: Words) -> str:
        return f"endpoint {endpoints.disable_endpoint(words['endpoint']).pk} is disabled"

    def _enable(self, words: Words) -> str:
        return f"endpoint {endpoints.enable_endpoint(words['endpoint']).pk} is enabled"

    def _remove(self, words: Words) -> str:
        endpoints.remove_endpoint(words["endpoint"])
        return f"endpoint {words['endpoint']} is removed"

    def _test(self, words: Words) -> str:
        endpoints.send_test(words["endpoint"])
        return "A webhook.test is on its way; deliveries tells what becomes of it."

    def _deliveries(self, words: Words) -> str:
        chosen = WebhookDelivery.objects.select_related("message").order_by("-pk")
        if words["endpoint"] is not None:
            chosen = chosen.filter(endpoint=words["endpoint"])
        if words["given_up"]:
            chosen = chosen.filter(state=DeliveryState.GIVEN_UP)
        return "\n".join(_line(delivery) for delivery in chosen[:_SHOWN])

    def _replay(self, words: Words) -> str:
        if words["message"] is None and words["since"] is None:
            raise CommandError("Say what: --message msg_… or --since 2h.")
        since = None if words["since"] is None else datetime.now(UTC) - timedelta(seconds=words["since"])
        everything = words["all"] or words["message"] is not None
        chosen = history.replayable(
            endpoint_id=words["endpoint"],
            message_key=words["message"],
            since=since,
            given_up_only=not everything,
        )
        return f"replayed: {history.replay(chosen)}"


_ON_ONE = {
    "rotate": "a new secret, shown this once; the one before signs too for a while",
    "disable": "send and record nothing for it",
    "enable": "begin again, with what waits",
    "remove": "remove it with its deliveries",
    "test": "send it a webhook.test",
}


def _add_history(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    deliveries = verbs.add_parser("deliveries", help=f"the latest {_SHOWN}, newest first")
    deliveries.add_argument("--endpoint", type=int)
    deliveries.add_argument("--given-up", action="store_true")
    replay = verbs.add_parser("replay", help="send again: one message, or what was given up since a time")
    replay.add_argument("--endpoint", type=int)
    replay.add_argument("--message", metavar="msg_…")
    replay.add_argument("--since", type=_seconds, metavar="2h")
    replay.add_argument("--all", action="store_true", help="with --since: also what arrived")


def _seconds(text: str) -> int:
    """``90s``, ``30m``, ``2h``, ``3d``."""
    if not re.fullmatch(r"[0-9]{1,6}[smhd]", text):
        raise ArgumentTypeError("a number and s, m, h or d")
    return int(text[:-1]) * _UNITS[text[-1]]


def _shown(endpoint: WebhookEndpoint) -> Words:
    state = (
        f"disabled: {endpoint.disabled_reason}"
        if endpoint.disabled_at
        else "failing"
        if endpoint.failing_since
        else "ok"
    )
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "description": endpoint.description,
        "types": endpoint.types,
        "state": state,
        "failing_since": endpoint.failing_since.isoformat() if endpoint.failing_since else None,
        "waiting": endpoint.deliveries.filter(state=DeliveryState.PENDING).count(),
    }


def _line(delivery: WebhookDelivery) -> str:
    last = WebhookAttempt.objects.filter(delivery=delivery).order_by("-pk").first()
    message = delivery.message
    told = f"{message.created_at:%Y-%m-%d %H:%M:%S} {message.key} {message.type} {message.subject}"
    came_of_it = f"{delivery.state} after {delivery.attempts}" + (f" ({last})" if last else "")
    return f"{told} to {delivery.endpoint_id}: {came_of_it}"
