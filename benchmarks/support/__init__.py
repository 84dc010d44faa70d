"""What the benchmarks share: a running platform, medians, and peers installed outside the repository."""
