"""Webhooks in Django's admin: endpoints without their secrets, deliveries with every attempt, sending again.

Endpoints are added, removed and given new secrets at the command line, where a secret is shown once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from mediadock.uploads.admin.readonly import ReadOnlyAdmin
from mediadock.webhooks import endpoints, history
from mediadock.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint

if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[WebhookAttempt, WebhookDelivery]
else:
    _TabularInline = admin.TabularInline

_MOST_AT_ONCE = 1000


class OperatedAdmin(ReadOnlyAdmin):
    """Rows that are read, with actions for those who have the model's ``change`` permission."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Asked by the actions below."""
        user: Any = request.user
        return bool(user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))


@admin.register(WebhookEndpoint)
class EndpointAdmin(OperatedAdmin):
    """Where the host's backend is told."""

    list_display = ("id", "url", "description", "types", "state", "failing_since", "waiting")
    fields = ("url", "description", "types", "state", "disabled_at", "failing_since", "previous_until", "created_at")
    actions = ("send_a_test", "enable", "disable")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        """With what waits for each."""
        pending = Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING))
        found: QuerySet[WebhookEndpoint] = super().get_queryset(request).defer("secret", "previous_secret")
        return found.annotate(waiting_count=pending)

    @admin.display(description="waiting")
    def waiting(self, endpoint: WebhookEndpoint) -> int:
        """Deliveries that are not over."""
        count: int = getattr(endpoint, "waiting_count", 0)
        return count

    @admin.display(description="state")
    def state(self, endpoint: WebhookEndpoint) -> str:
        """In words."""
        if endpoint.disabled_at is not None:
            return f"disabled: {endpoint.disabled_reason}"
        return "failing" if endpoint.failing_since is not None else "ok"

    @admin.action(description="Send a test", permissions=["operate"])
    def send_a_test(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """A ``webhook.test`` to each."""
        self._each(request, chosen, endpoints.send_test, "a test is on its way")

    @admin.action(description="Enable", permissions=["operate"])
    def enable(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """Begin again, with what waits."""
        self._each(request, chosen, endpoints.enable_endpoint, "enabled")

    @admin.action(description="Disable", permissions=["operate"])
    def disable(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """Send and record nothing."""
        self._each(request, chosen, endpoints.disable_endpoint, "disabled")

    def _each(
        self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint], deed: Callable[[int], object], outcome: str
    ) -> None:
        for endpoint in chosen.order_by("pk")[:_MOST_AT_ONCE]:
            try:
                deed(endpoint.pk)
            except endpoints.UnknownEndpointError as error:
                messages.warning(request, str(error))
            else:
                messages.success(request, f"Endpoint {endpoint.pk}: {outcome}.")
                self.log_change(request, endpoint, outcome)


class AttemptInline(_TabularInline):
    """What came of each try."""

    model = WebhookAttempt
    fields = readonly_fields = ("ended_at", "status", "error", "answer", "duration_ms")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def has_add_permission(self, *_of: object) -> bool:
        return False

    def has_view_permission(self, *_of: object) -> bool:
        """Who sees the delivery sees what came of it."""
        return True


@admin.register(WebhookDelivery)
class DeliveryAdmin(OperatedAdmin):
    """What was sent to whom."""

    list_display = ("id", "type", "subject", "endpoint_id", "state", "attempts", "due_at", "created_at")
    list_filter = ("state",)
    list_select_related = ("message",)
    search_fields = ("=subject", "=message__key", "=endpoint__id")
    search_help_text = "A subject (asset:42), the id of a message (msg_…) or of an endpoint"
    fields = ("endpoint_id", "type", "key", "subject", "state", "attempts", "due_at", "created_at", "body")
    inlines = (AttemptInline,)
    actions = ("replay",)

    @admin.display(description="type", ordering="message__type")
    def type(self, delivery: WebhookDelivery) -> str:
        """The milestone's."""
        return delivery.message.type

    @admin.display(description="webhook-id")
    def key(self, delivery: WebhookDelivery) -> str:
        """What the backend knows repetitions by."""
        return delivery.message.key

    @admin.display(description="body")
    def body(self, delivery: WebhookDelivery) -> str:
        """As it is sent."""
        return delivery.message.body

    @admin.action(description="Send again", permissions=["operate"])
    def replay(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        """Those that are over; what is on its way goes on."""
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:_MOST_AT_ONCE])
        count = history.replay(WebhookDelivery.objects.filter(pk__in=ids))
        messages.success(request, f"{count} of {len(ids)} are sent again.")
