"""A consistent copy of the database, taken while it is in use."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from bot.errors import DatabaseUnavailable, RiskbotError, WrongUse
from bot.store.open import sqlite_path


class BackupFailed(RiskbotError):
    """The database was not copied."""

    code = "backup_failed"


def back_up(url: str, target: Path) -> int:
    """Copy the database into a new file and return its size in bytes; the file appears whole or not at all.

    Blocks for as long as the copy takes. Raises WrongUse when the file exists, BackupFailed.
    """
    if target.exists():
        raise WrongUse(f"{target} exists already; nothing was written.", hint="Choose another name for the copy.")
    if not target.absolute().parent.is_dir():
        raise WrongUse(f"{target.parent} is no directory; nothing was written.")
    path = sqlite_path(url)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if path is not None:
            _vacuum(path, unfinished)
        else:
            _dump(make_url(url), unfinished)
        _publish(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _vacuum(path: Path, copy: Path) -> None:
    """`VACUUM INTO` reads one snapshot, so a running `serve` goes on writing meanwhile."""
    if not path.is_file():
        raise DatabaseUnavailable(f"There is no database {path} to copy.", hint="Check database_url in the settings.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.execute("VACUUM INTO ?", [str(copy)])
        with closing(sqlite3.connect(copy)) as written:
            found = written.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupFailed(f"{path} was not copied: {error}.", hint="Look at the disk and its free space.") from error
    if found != "ok":
        raise BackupFailed(f"The copy of {path} is damaged: {found}.", hint="Restore the last good copy.")


def _dump(url: URL, copy: Path) -> None:
    """`pg_dump` in its own format, which `pg_restore` reads; the password goes by environment, not by command line."""
    command = ["pg_dump", "--format=custom", f"--file={copy}", *_where(url)]
    if shutil.which("pg_dump") is None:
        shown = " ".join(["pg_dump", "--format=custom", "--file=FILE", *_where(url)])
        raise BackupFailed("pg_dump is not installed here.", hint=f"Run it where PostgreSQL is installed: {shown}")
    environment = {**os.environ, "PGPASSWORD": url.password} if url.password else None
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupFailed(f"pg_dump failed: {done.stderr.strip()}", hint="It must be as new as the server.")


def _where(url: URL) -> list[str]:
    host = url.host or url.query.get("host")
    options = {"host": host, "port": url.port, "username": url.username, "dbname": url.database}
    return [f"--{name}={value}" for name, value in options.items() if value]


def _publish(unfinished: Path, target: Path) -> None:
    """Give the durable copy its name, unless somebody else took the name meanwhile."""
    unfinished.chmod(0o600)
    with unfinished.open("rb") as copy:
        os.fsync(copy.fileno())
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise WrongUse(f"{target} exists already; nothing was written.") from None
    directory = os.open(target.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
