"""Understand each mention: its language, whom it concerns, in which tone."""
