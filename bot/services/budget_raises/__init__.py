"""Raises of budgets for a time: asked for by people, approved by others, applied at once, returned by themselves."""
