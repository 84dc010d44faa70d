"""The media service: upload sessions, part addresses and completion in camelCase (specification 5.3)."""
