"""In which tone a passage speaks of a subject."""
