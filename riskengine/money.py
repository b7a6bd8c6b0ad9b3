"""Amounts of money, and numbers of things, as people read them: `$34.20`, `under $0.01`, `12,400 calls`."""

from decimal import ROUND_HALF_UP, Decimal

#: From here on cents are noise.
_WHOLE_FROM = Decimal(1000)
_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")


def told_usd(amount: Decimal) -> str:
    """US dollars in words; an amount too small to show is never told as nothing."""
    if amount < 0:
        return f"-{told_usd(-amount)}"
    if not amount:
        return "$0"
    # What rounds to a thousand is one.
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    if cents >= _WHOLE_FROM:
        return f"${amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    return f"${cents}" if cents else "under $0.01"


def exact_usd(amount: Decimal) -> str:
    """To the cent; below a dollar to two digits that count: `$1,234.50`, `$0.42`, `$0.0042`."""
    size, sign = abs(amount), "-" if amount < 0 else ""
    places = 2 if size >= 1 or not size else max(2, 1 - size.adjusted())
    return f"{sign}${size:,.{places}f}"


def budget_usd(amount: Decimal) -> str:
    """The same, but whole dollars without cents: budgets are written so."""
    return exact_usd(amount).removesuffix(".00")


def fine_usd(amount: Decimal) -> str:
    """To the cent, or where that is not all of it to a hundredth of one: what one task costs."""
    fine = amount.quantize(_FINE)
    return f"${fine:.2f}" if fine == fine.quantize(_CENT) else f"${fine}"


def counted(number: int, word: str) -> str:
    """`1 call`, `12,400 calls`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def told_count(count: int) -> str:
    """A number of calls or tokens: `950`, `12,400`, `3.2 M`, `1.5 G`."""
    for unit, size in (("G", 10**9), ("M", 10**6)):
        if count >= size:
            return f"{Decimal(count) / size:.1f} {unit}"
    return f"{count:,}"


def told_share(part: Decimal, whole: Decimal) -> str:
    """A part in whole per cent of the whole, 100 % only where all of it is reached; a dash where there is no whole."""
    if not whole:
        return "–"  # noqa: RUF001 - a dash, as in any table
    percent = part * 100 / whole
    rounded = int(percent.to_integral_value(ROUND_HALF_UP))
    if rounded == 100 and percent < 100:  # noqa: PLR2004 - per cent
        rounded = 99
    return f"{rounded} %"
