"""Named places at which a test may kill the process: `FAULTS=delivery.posted:3` kills at the third passage.

Off unless the environment variable is set at the start; then each passage costs one dictionary look-up.
"""

import os
import signal
from enum import StrEnum


class FailPoint(StrEnum):
    INGEST_BEFORE_COMMIT = "ingest.before_commit"
    INGEST_COMMITTED = "ingest.committed"
    FOLD_BEFORE_COMMIT = "fold.before_commit"
    DUE_BEFORE_COMMIT = "due.before_commit"
    DUE_COMMITTED = "due.committed"
    DELIVERY_CLAIMED = "delivery.claimed"
    DELIVERY_POSTED = "delivery.posted"
    DELIVERY_FINISHED = "delivery.finished"
    CALLBACK_CLAIMED = "callback.claimed"
    CALLBACK_POSTED = "callback.posted"
    PICTURE_BEGUN = "picture.begun"
    PICTURE_UPLOADED = "picture.uploaded"
    #: In the transaction of an approval's transition: its rows are written and nobody is told; cards and notes are
    #: written and the timer is not; all is, and whoever follows has not heard.
    APPROVAL_STORED = "approval.stored"
    APPROVAL_TOLD = "approval.told"
    APPROVAL_TIMED = "approval.timed"
    PRESS_BEFORE_COMMIT = "press.before_commit"
    PRESS_COMMITTED = "press.committed"
    RULES_BEFORE_COMMIT = "rules.before_commit"
    RULES_COMMITTED = "rules.committed"
    AUDIT_BEFORE_SEAL = "audit.before_seal"


def _read(written: str) -> dict[str, int]:
    faults = dict(part.split(":") for part in written.split(",") if part)
    unknown = faults.keys() - set(FailPoint)
    if unknown:
        raise SystemExit(f"FAULTS names {sorted(unknown)}; known fail points: {', '.join(FailPoint)}")
    return {name: int(count) for name, count in faults.items()}


_PASSAGES_LEFT = _read(os.environ.get("FAULTS", ""))


def pass_by(point: FailPoint) -> None:
    """Kill this process here when a test asked for it; no handler runs and nothing is flushed."""
    if not _PASSAGES_LEFT or point not in _PASSAGES_LEFT:
        return
    _PASSAGES_LEFT[point] -= 1
    if _PASSAGES_LEFT[point] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
