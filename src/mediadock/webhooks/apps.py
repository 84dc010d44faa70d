"""The Django app that keeps milestones and has the relay carry them."""

from django.apps import AppConfig

from mediadock.uploads.crashpoints import also_pass
from mediadock.webhooks.crashpoints import POINTS

also_pass(POINTS)  # while apps are imported, so that every ``ready`` finds all points named


class WebhooksConfig(AppConfig):
    """``mediadock.webhooks`` in ``INSTALLED_APPS``; without it nothing is kept and nothing else changes."""

    name = "mediadock.webhooks"
    label = "mediadock_webhooks"
    verbose_name = "Mediadock webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep every milestone of this process, and be an errand of its relay or its sweeper, if it runs one.

        Raises ImproperlyConfigured for settings by which nothing could be sent.
        """
        from mediadock.uploads import milestones, relay
        from mediadock.webhooks.carrier import Carrier
        from mediadock.webhooks.conf import webhook_conf
        from mediadock.webhooks.overdue import carry_overdue
        from mediadock.webhooks.recording import record

        webhook_conf()
        milestones.keep(record)
        relay.also_carry("webhooks", lambda rung, stopping: Carrier().run(rung, stopping))
        relay.also_carry_overdue("webhooks", carry_overdue)
