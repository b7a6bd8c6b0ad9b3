"""Money: what was spent, on what, and by whom; summed from rollups, never from raw calls."""
