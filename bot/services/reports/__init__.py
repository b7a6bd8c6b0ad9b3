"""Reports: what is told once in a while instead of at once."""
