"""The Django app of the engine."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

SURFACE = "surface"


class UploadsConfig(AppConfig):
    """``mediadock.uploads`` in ``INSTALLED_APPS``."""

    name = "mediadock.uploads"
    label = "mediadock_uploads"
    verbose_name = "Mediadock uploads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the ``surface`` module of every installed app that has one, as Django's admin imports ``admin``.

        Profiles and kinds of links are registered there, so every process of the project knows them, workers too.
        Before that the settings are read: a process whose settings are refused does not start. Where there are none
        (a host's build step, say) whoever needs them will say so.
        """
        from django.conf import settings

        from mediadock.uploads.conf import conf
        from mediadock.uploads.crashpoints import check_orders

        if hasattr(settings, "MEDIADOCK"):
            conf()
        check_orders()
        autodiscover_modules(SURFACE)
