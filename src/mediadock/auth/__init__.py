"""Who acts: tokens (``jwt``, pure), the ninja ``bearer`` (``http``), sockets and their tickets (``websocket``)."""
