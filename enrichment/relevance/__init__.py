"""Is it about us? What was learnt from confirmed and rejected matches."""
