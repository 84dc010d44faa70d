"""The built-in accounts: sign in, refresh, who am I, find people. Django's own users; a host may bring its own."""
