"""Events to people: numbered rows in PostgreSQL, told over a WebSocket or by polling. See ``docs/realtime.md``."""
