"""Callbacks: what programs are told, as operators see it."""
