"""Collect public posts and articles, one module per platform, into landing files."""
