"""Turn the snapshot into what people read."""
