"""The query language: read, checked, and written as each platform's search understands it."""
