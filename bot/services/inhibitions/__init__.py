"""Inhibitions: alerts that mute others which they explain."""
