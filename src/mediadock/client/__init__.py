"""Mediadock for Python programs: uploads that resume, and the events that follow them.

It needs the standard library, and ``websockets`` for live events::

    from mediadock.client import Client

    with Client("https://media.example.org") as client:
        client.login("alice", "a password")
        bob = client.find_users("bob")[0]
        sent = client.upload(["holiday.mov", "beach.jpg"], receiver_id=bob.user_id)
        for asset in client.follow(sent.asset_ids):
            print(asset.file_name, asset.stage, asset.media_url)
"""

from mediadock.client.account import Tokens
from mediadock.client.api import Client
from mediadock.client.errors import (
    ApiError,
    BadAnswer,
    ClientError,
    FieldProblem,
    FileProblem,
    NotLoggedIn,
    NotThere,
    Refused,
    ServerBusy,
    Stopped,
    StoreRefused,
    Unreachable,
    UploadGone,
    UploadIncomplete,
    WrongState,
)
from mediadock.client.one_by_one import Arrived
from mediadock.client.progress import OnProgress, Progress
from mediadock.client.retry import RetryPolicy
from mediadock.client.surfaces import Posted
from mediadock.client.upload import Sent
from mediadock.client.values import EVENTS_PRUNED, Asset, AssetFailure, Event, Message, Unfinished, User, Variant

__all__ = [
    "EVENTS_PRUNED",
    "ApiError",
    "Arrived",
    "Asset",
    "AssetFailure",
    "BadAnswer",
    "Client",
    "ClientError",
    "Event",
    "FieldProblem",
    "FileProblem",
    "Message",
    "NotLoggedIn",
    "NotThere",
    "OnProgress",
    "Posted",
    "Progress",
    "Refused",
    "RetryPolicy",
    "Sent",
    "ServerBusy",
    "Stopped",
    "StoreRefused",
    "Tokens",
    "Unfinished",
    "Unreachable",
    "UploadGone",
    "UploadIncomplete",
    "User",
    "Variant",
    "WrongState",
]
