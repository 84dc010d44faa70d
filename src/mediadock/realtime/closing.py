"""Why a socket was closed: the codes a client acts on."""

from __future__ import annotations

CREDENTIALS = 4401
"""No ticket or token, or one that is not believed (any more). Get a new ticket, then connect again."""
ORIGIN = 4403
"""A page of this address may not connect. Connecting again is no use."""
BAD_REQUEST = 4400
"""``after`` is not a whole number. Connecting again the same way is no use."""
TOO_MANY = 4429
"""The user has twenty sockets already, or opens them one after the other."""
TRY_AGAIN = 1013
"""Too slow to follow, or a server of ours is away. Connect again with the last ``seq``; nothing is lost."""
RESTARTING = 1012
"""The server goes down or is replaced. Connect again with the last ``seq``."""
TOO_BIG = 1009
"""A message larger than anything a client has to say."""
TOO_CHATTY = 1008
"""More messages than anything a client has to say."""
