"""What the operator sees: metrics, logs without secrets, traces, health. It listens; nothing below knows it."""
