"""Silences: asked for by people and programs, previewed, begun, ended, and told of."""
