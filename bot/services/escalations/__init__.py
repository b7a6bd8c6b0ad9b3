"""Escalations: decide on a task, have people approve it, and execute nothing but what was approved."""
