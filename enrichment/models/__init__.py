"""The small models that ship, each with the script or the notes that made it."""
