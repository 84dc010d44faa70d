"""Shared HTTP plumbing: problem documents, strict schemas, pages, idempotency. It knows no surface."""
