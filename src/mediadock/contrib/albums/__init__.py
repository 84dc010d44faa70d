"""Albums: pictures and films under a title, one upload each, completed by the store's event (specification 5.5)."""
