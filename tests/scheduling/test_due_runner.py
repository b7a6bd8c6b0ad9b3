"""The due runner: it works off what is due in sets, and is seen to be at work."""

from datetime import timedelta

from bot.scheduling.due import SET_SIZE, DueRunner
from bot.store import due
from bot.store.due import DueKind

KIND = DueKind.TELL_GROUP


async def test_a_long_backlog_does_not_look_like_a_standstill(database):
    """After a day offline there is work for minutes; health asks when something was done last, not when all was."""
    seen = []
    runner = DueRunner(database, {KIND: lambda tx, rows: seen.append((len(rows), runner.last_look_at))})
    await database.write(lambda tx: due.schedule(tx, KIND, range(2 * SET_SIZE + 7), tx.now - timedelta(days=1)))
    before = runner.last_look_at
    assert await runner.do_all() == 2 * SET_SIZE + 7
    sizes, looks = zip(*seen, strict=True)
    assert sizes == (SET_SIZE, SET_SIZE, 7)
    assert before == looks[0] < looks[1] < looks[2] < runner.last_look_at
