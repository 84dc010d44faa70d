"""The feed: posts with media, published when all of these are ready (specification 5.4)."""
