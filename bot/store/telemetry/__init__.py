"""What orchestrators tell of their model calls: raw rows, the keys that make a resend harmless, and rollups.

A commit of calls writes its keys, its raw rows and one delta: what the calls add to the rollups. Folding takes deltas
away and adds them to the rollups in one transaction, so that a call counts exactly once however the process ends.
Whole numbers throughout (microseconds, tokens, 10⁻¹² US dollars): their sums do not depend on the order of adding.
"""
