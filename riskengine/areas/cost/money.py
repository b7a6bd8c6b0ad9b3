"""Money and tokens as people read them."""

from decimal import Decimal


def dollars(usd: Decimal) -> str:
    """To the cent; below a dollar to two digits that count: `$1,234.50`, `$0.42`, `$0.0042`."""
    size = abs(usd)
    sign = "-" if usd < 0 else ""
    if size >= 1 or not size:
        return f"{sign}${size:,.2f}"
    places = max(2, 1 - size.adjusted())
    return f"{sign}${size:.{places}f}"


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
