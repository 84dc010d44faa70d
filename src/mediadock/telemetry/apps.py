"""The Django app that listens to the engine."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    """``mediadock.telemetry`` in ``INSTALLED_APPS``; without it nothing is counted and nothing else changes."""

    name = "mediadock.telemetry"
    label = "mediadock_telemetry"
    verbose_name = "Mediadock telemetry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen from the start of the process."""
        from mediadock.telemetry import counting, journal
        from mediadock.telemetry.conf import telemetry_conf

        counting.listen_to_the_engine()
        journal.listen_to_the_engine()
        if telemetry_conf().traces:
            from mediadock.telemetry import tracing  # and OpenTelemetry with it, which is not there without the extra

            tracing.listen_to_the_engine()
