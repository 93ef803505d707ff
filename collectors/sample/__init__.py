"""The sample world: a fictional Belgian brewery, its public, and a server that plays the platforms."""
