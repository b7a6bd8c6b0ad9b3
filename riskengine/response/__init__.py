"""What we do about a risk, as state machines."""
