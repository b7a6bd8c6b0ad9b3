"""Whole numbers as few bytes: seven bits to a byte, the low ones first, the eighth set while more follow."""

from collections.abc import Iterable

#: What a 64-bit reader could hold; a longer one is damage.
_MAX_BITS = 63


def encode(numbers: Iterable[int]) -> bytes:
    """Write numbers that are not negative."""
    data = bytearray()
    for number in numbers:
        left = number
        while left > 0x7F:  # noqa: PLR2004 - seven bits
            data.append(left & 0x7F | 0x80)
            left >>= 7
        data.append(left)
    return bytes(data)


def decode(data: bytes) -> list[int]:
    """Read all numbers; raises ValueError when the last one is cut off or one has more than 63 bits."""
    # Most sketches are of small numbers only, and reading them happens thousands of times a minute.
    if data.isascii():
        return list(data)
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the eighth bit
            numbers.append(number)
            number = shift = 0
        elif shift >= _MAX_BITS:
            raise ValueError("a number has more than 63 bits")
    if shift:
        raise ValueError("the last number is cut off")
    return numbers


def zigzag(number: int) -> int:
    """Fold a number of either sign into one that is not negative: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4."""
    return 2 * number if number >= 0 else -2 * number - 1


def unzigzag(folded: int) -> int:
    return folded >> 1 if folded & 1 == 0 else -(folded >> 1) - 1
