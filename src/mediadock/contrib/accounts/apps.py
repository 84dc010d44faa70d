"""The Django app of the built-in accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """``mediadock.contrib.accounts`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.accounts"
    label = "mediadock_accounts"
    verbose_name = "Mediadock accounts"
