"""The configuration folder: read as a whole, checked as a whole, begun by `init`."""
