"""Signed deliveries to the host's backend, as Standard Webhooks has them. It listens; nothing below knows it."""
