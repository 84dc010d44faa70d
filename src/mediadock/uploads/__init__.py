"""The engine: one asset's life from prepare to ready, with PostgreSQL as the only truth.

``lifecycle`` is the only writer of state; ``services/`` holds one verb a file; ``outbox`` and ``doorbell`` tell
the world after commit; ``tasks`` are thin.
"""
