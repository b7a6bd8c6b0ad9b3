"""Figures, never verdicts: each module measures one, prints it beside its aim, and fails only when it cannot measure.

Times drift by a factor of two within minutes on a shared machine, so where it can be, a figure is a ratio of two
things measured in the same round.
"""
