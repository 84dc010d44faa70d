"""Pages in a real Chromium against the real servers. A package, so that Playwright ends with its last test: while it
runs, its event loop is this thread's, which neither Django's models nor other event loops bear."""
