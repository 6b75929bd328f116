"""Ray: runtime, Train, Tune and Data."""
