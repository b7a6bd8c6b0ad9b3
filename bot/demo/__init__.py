"""The whole product without a Slack workspace: sandbox, bot, and a story of alerts that plays itself."""

from pathlib import Path


def run_demo(port: int, speed: float, data_dir: Path, *, quiet: bool) -> int:
    """Serve until Ctrl-C; a second start on the same directory goes on where the first left off."""
    from bot.demo.run import run

    return run(port, speed, data_dir, quiet=quiet)
