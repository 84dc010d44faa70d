"""Bytes into artifacts: sniffing, the sandbox, and one pipeline per kind. Knows no Django and no store."""
