"""The Django app that keeps milestones and has the relay carry them."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """``mediadock.webhooks`` in ``INSTALLED_APPS``; without it nothing is kept and nothing else changes."""

    name = "mediadock.webhooks"
    label = "mediadock_webhooks"
    verbose_name = "Mediadock webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep every milestone of this process, and be an errand of its relay, if it runs one."""
        from mediadock.uploads import milestones, relay
        from mediadock.webhooks.carrier import Carrier
        from mediadock.webhooks.recording import record

        milestones.keep(record)
        relay.also_carry("webhooks", lambda rung, stopping: Carrier().run(rung, stopping))
