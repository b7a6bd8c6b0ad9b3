"""Builds every object once, in order, each with its end beside it; nothing is built at import."""

from bot.wiring.build import Running, running
from bot.wiring.serve import run_serve

__all__ = ["Running", "run_serve", "running"]
