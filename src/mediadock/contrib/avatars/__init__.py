"""Avatars: one square picture of each user, which the next one replaces (specification 5.5)."""
