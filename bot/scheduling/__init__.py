"""The recurring bells. They ring; what is due stands in the database."""
