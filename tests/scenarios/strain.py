"""How much slower everything is on a machine that is busy with other things, and Slack's seconds stretched by as much.

A press has 3 s on Slack and half of that in riskbot. A process that gets a tenth of a processor misses both without being
wrong; what happens when they pass has tests of its own, which stretch what they wait for alike.
"""

import os
import sys

import pytest

MOST = 8.0
#: Slack's deadlines as the sandbox keeps them, and riskbot's own; with the most that each is stretched: Bolt itself gives
#: up after 3 s.
SECONDS = {"ACK_DEADLINE_SECONDS": MOST, "TRIGGER_LIFETIME_SECONDS": MOST, "COMMIT_SECONDS": 5 / 3}
#: What the sandbox waits for after an acknowledgement: so short that the test processes alone are felt.
SETTLE = "SETTLE_SECONDS"
#: So many may wait for each processor before seconds are too short: the test processes alone are two.
USUAL = 2


def strain(usual: float = USUAL) -> float:
    """1 on a machine of our own, else by how much to stretch."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(MOST, max(1.0, waiting / usual))


def stretch(patch: pytest.MonkeyPatch, factor: float) -> None:
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("bot.")]
    for module in ours:
        for name, most in SECONDS.items():
            if hasattr(module, name):
                patch.setattr(module, name, getattr(module, name) * min(factor, most))
        if hasattr(module, SETTLE):
            patch.setattr(module, SETTLE, getattr(module, SETTLE) * strain(usual=1))
