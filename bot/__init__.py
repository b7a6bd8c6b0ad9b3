"""The process: everything that touches the world."""
