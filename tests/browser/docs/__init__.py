"""docs/clients.md: its examples, built as their readers would, in Chromium and against the real servers."""
