"""``manage.py webhooks``: endpoints of the host's backend, what they were told, and telling it again."""

from __future__ import annotations

import json
import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from mediadock.webhooks import endpoints, history
from mediadock.webhooks.addresses import RefusedAddressError
from mediadock.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from mediadock.webhooks.shown import delivery_line, delivery_lines, delivery_shown, endpoint_line, endpoint_shown

_SHOWN = 50
_LOOK_EVERY_S = 0.2
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
Words = dict[str, Any]


class Told(NamedTuple):
    """What came of it, for a program and for a person."""

    document: object
    text: str


class Command(BaseCommand):
    """Everything an operator does about webhooks."""

    help = "Add, list, rotate, disable, enable, test and remove webhook endpoints; show and replay deliveries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand each; ``--json`` goes with every one."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = _verb(verbs, "add", "a new endpoint; its secret is shown this once")
        add.add_argument("url")
        add.add_argument("--types", default="", help="asset.ready,asset.failed or asset.*; without: all")
        add.add_argument("--description", default="")
        _verb(verbs, "list", "all endpoints, without their secrets")
        for verb, meaning in _ON_ONE.items():
            one = _verb(verbs, verb, meaning)
            one.add_argument("endpoint", type=int)
            if verb == "rotate":
                one.add_argument("--both", type=_seconds, default=endpoints.ROTATION_S, metavar="24h")
            if verb == "test":
                one.add_argument("--wait", type=_seconds, metavar="30s", help="until it is answered, or fail")
        _add_log(verbs)
        _add_replay(verbs)

    def handle(self, *_args: object, verb: str, as_json: bool, **words: Any) -> None:  # noqa: ANN401 - the arguments above
        """Do it, and say what came of it. Raises ``CommandError`` with a sentence."""
        do: Callable[[Words], Told] = getattr(self, f"_{verb}")
        try:
            told = do(words)
        except (RefusedAddressError, endpoints.UnknownEndpointError, ValueError) as error:
            raise CommandError(str(error)) from None
        if text := json.dumps(told.document, indent=2) if as_json else told.text:
            self.stdout.write(text)

    def _add(self, words: Words) -> Told:
        types = [type_.strip() for type_ in words["types"].split(",") if type_.strip()]
        added = endpoints.add_endpoint(words["url"], types=types, description=words["description"])
        text = f"endpoint: {added.pk}\nsecret: {added.secret}\nThe secret is not shown again."
        return Told({"endpoint": added.pk, "secret": added.secret}, text)

    def _list(self, _words: Words) -> Told:
        shown = [endpoint_shown(endpoint) for endpoint in WebhookEndpoint.objects.order_by("pk")]
        return Told(shown, "\n".join(map(endpoint_line, shown)))

    def _rotate(self, words: Words) -> Told:
        rotated = endpoints.rotate_secret(words["endpoint"], both_s=words["both"])
        until = rotated.previous_until
        assert until is not None
        text = f"secret: {rotated.secret}\nThe one before signs too until {until:%Y-%m-%d %H:%M} UTC."
        document = {"endpoint": rotated.pk, "secret": rotated.secret, "previous_until": until.isoformat()}
        return Told(document, text)

    def _disable(self, words: Words) -> Told:
        disabled = endpoints.disable_endpoint(words["endpoint"])
        return Told(endpoint_shown(disabled), f"endpoint {disabled.pk} is disabled")

    def _enable(self, words: Words) -> Told:
        enabled = endpoints.enable_endpoint(words["endpoint"])
        return Told(endpoint_shown(enabled), f"endpoint {enabled.pk} is enabled")

    def _remove(self, words: Words) -> Told:
        endpoints.remove_endpoint(words["endpoint"])
        return Told({"removed": words["endpoint"]}, f"endpoint {words['endpoint']} is removed")

    def _test(self, words: Words) -> Told:
        key = endpoints.send_test(words["endpoint"])
        if words["wait"] is not None:
            return _answered(key, within_s=words["wait"])
        return Told({"message": key}, f"A webhook.test is on its way as {key}; log tells what becomes of it.")

    def _log(self, words: Words) -> Told:
        chosen = history.told(
            endpoint_id=words["endpoint"],
            delivery_id=words["delivery"],
            message_key=words["message"],
            given_up_only=words["given_up"],
        )
        shown = [delivery_shown(delivery) for delivery in chosen[: words["most"]]]
        is_closer_look = words["delivery"] is not None or words["message"] is not None
        lines = [delivery_lines(one) if is_closer_look else delivery_line(one) for one in shown]
        return Told(shown, "\n".join(lines))

    def _replay(self, words: Words) -> Told:
        one = words["delivery"] is not None or words["message"] is not None
        if not one and words["since"] is None:
            raise CommandError("Say what: --delivery 17, --message msg_… or --since 2h.")
        chosen = history.replayable(
            endpoint_id=words["endpoint"],
            delivery_id=words["delivery"],
            message_key=words["message"],
            within_s=words["since"],
            given_up_only=not (one or words["all"]),
        )
        count = history.replay(chosen)
        return Told({"replayed": count}, f"replayed: {count}")


_ON_ONE = {
    "rotate": "a new secret, shown this once; the one before signs too for a while",
    "disable": "send and record nothing for it",
    "enable": "begin again, with what waits",
    "remove": "remove it with its deliveries",
    "test": "send it a webhook.test",
}


def _verb(verbs: Any, name: str, meaning: str) -> ArgumentParser:  # noqa: ANN401 - argparse has no public name for it
    verb: ArgumentParser = verbs.add_parser(name, help=meaning)
    verb.add_argument("--json", action="store_true", dest="as_json", help="one JSON document instead of lines")
    return verb


def _add_log(verbs: Any) -> None:  # noqa: ANN401 - as above
    log = _verb(verbs, "log", "deliveries, the latest first; of one or of one message also every attempt")
    log.add_argument("--endpoint", type=int)
    log.add_argument("--delivery", type=int)
    log.add_argument("--message", metavar="msg_…")
    log.add_argument("--given-up", action="store_true")
    log.add_argument("--most", type=int, default=_SHOWN, metavar=str(_SHOWN))


def _add_replay(verbs: Any) -> None:  # noqa: ANN401 - as above
    replay = _verb(verbs, "replay", "send again: one delivery, one message, or what was given up since a time")
    replay.add_argument("--endpoint", type=int)
    replay.add_argument("--delivery", type=int)
    replay.add_argument("--message", metavar="msg_…")
    replay.add_argument("--since", type=_seconds, metavar="2h")
    replay.add_argument("--all", action="store_true", help="with --since: also what arrived")


def _answered(key: str, *, within_s: int) -> Told:
    """The delivery of a test once it has arrived. Raises ``CommandError`` when it has not, or nobody has tried."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        shown = delivery_shown(WebhookDelivery.objects.get(message__key=key))
        if shown["state"] == DeliveryState.DELIVERED:
            return Told(shown, delivery_line(shown))
        if shown["tries"]:
            raise CommandError(delivery_lines(shown))
        time.sleep(_LOOK_EVERY_S)
    raise CommandError(f"Nobody has tried to send it within {within_s} s: does the relay run?")


def _seconds(text: str) -> int:
    """``90s``, ``30m``, ``2h``, ``3d``."""
    if not re.fullmatch(r"[0-9]{1,6}[smhd]", text):
        raise ArgumentTypeError("a number and s, m, h or d")
    return int(text[:-1]) * _UNITS[text[-1]]
