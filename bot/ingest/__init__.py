"""HTTP in: one file a sender, and the one path that every request takes before it reaches a use case."""
