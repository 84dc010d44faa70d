"""Store events as hints: a notification runs the same idempotent complete that a client would ask for."""
