"""The engine in Django's admin, which finds this package where it is installed; nothing else of the engine needs it.

Assets can be looked for and looked at, retried, deleted and expired, each by the engine's services. All else is read.
Every page reads with a limit of time, so a look at a large table harms nobody.
"""

from mediadock.uploads.admin.assets import AssetAdmin
from mediadock.uploads.admin.queues import OutboxAdmin, QueuesAdmin
from mediadock.uploads.admin.storage import StorageAdmin

__all__ = ["AssetAdmin", "OutboxAdmin", "QueuesAdmin", "StorageAdmin"]
