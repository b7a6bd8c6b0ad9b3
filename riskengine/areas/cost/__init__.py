"""Cost: what calls came to, and what follows from it."""
