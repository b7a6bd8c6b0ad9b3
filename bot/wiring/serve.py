"""`riskbot serve`: the bot until a signal ends it."""

import asyncio
import gc
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.errors import SettingsError
from bot.logs import configure_logging
from bot.settings import Settings
from bot.wiring.build import running

logger = logging.getLogger(__name__)

#: How long a thread may go on running Python while another waits for its turn. SQLite's writer asks for its turn after
#: each of a transaction's dozen statements; by Python's own 5 ms a busy loop makes it wait dozens of ms in all.
SWITCH_SECONDS = 0.0002


#: Python's own figures but for the last one, which is 10: a full collection takes 10 to 15 ms and frees next to
#: nothing, and a press waits for it.
COLLECTED_AFTER = (700, 10, 1_000)


def run_serve(settings: Settings, config_path: Path | None) -> int:
    """Run until SIGTERM or SIGINT; 0 after an asked-for end, 1 when riskbot gave up and wants to be started anew."""
    configure_logging(level=settings.logging.level, json=settings.logging.json_lines)
    if not settings.slack.bot_token.get_secret_value():
        raise SettingsError(f"slack.bot_token is not set{f' in {config_path}' if config_path else ''}.")
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(settings))


def _loop_factory() -> Any:
    """Uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings) -> int:
    clock = Clock()
    loop = asyncio.get_running_loop()
    async with running(settings, clock) as bot:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bot.stop.set)
        # What stands now stands for good: the collector, looking through all of it again, would stop everybody for
        # a tenth of a second now and then, a press among them.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        where = f"http://{settings.http.host}:{bot.port}"
        logger.info("riskbot is ready at %s", where, extra={"action": "ready", "port": bot.port})
        await bot.stop.wait()
    return 1 if bot.ended else 0
