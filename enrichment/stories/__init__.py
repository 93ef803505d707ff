"""Which texts tell the same story."""
