"""Which organisations, places and products a text names."""
