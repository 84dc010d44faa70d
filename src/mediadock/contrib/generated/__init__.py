"""Generated images: records first, bytes when a machine has made them (specification 5.5)."""
