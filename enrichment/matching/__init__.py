"""How names are found: folding, written forms, the search, and what may stand around a hit."""
