"""Amounts of money as people read them at a glance: `$34.20`, `$1,420`, `under $0.01`."""

from decimal import ROUND_HALF_UP, Decimal

#: From here on cents are noise.
_WHOLE_FROM = Decimal(1000)
_CENT = Decimal("0.01")


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
