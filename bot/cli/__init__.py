"""The command line: one file a command; heavy libraries are imported only by the command that needs them."""


def main() -> int:
    """The entry point of the installed `riskbot`; returns the exit code."""
    from bot.cli.entry import run_command

    return run_command()
