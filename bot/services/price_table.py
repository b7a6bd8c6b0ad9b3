"""The table of prices, read and checked; every mistake is told by file and path."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.errors import SettingsError
from bot.services import yaml_files
from riskengine.pricing import PriceBook

SHIPPED = Path(__file__).parents[1] / "prices.yml"
HINT = "Mend the file; `riskbot check` examines it."


def prices_path(file: str) -> Path:
    """The operator's file, or the shipped one."""
    return Path(file) if file else SHIPPED


def read_prices(path: Path) -> PriceBook:
    """Raises SettingsError with a line for each mistake: file, path in it, what is wrong."""
    tree = yaml_files.parse_yaml(yaml_files.read_text(path, HINT), path, HINT)
    try:
        return PriceBook.model_validate(tree)
    except ValidationError as error:
        raise SettingsError("\n".join(_told(path, each) for each in error.errors()), hint=HINT) from error


def _told(path: Path, fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"].removeprefix("Value error, ")
    return f"{path}, {where}: {said}" if where else f"{path}: {said}"
