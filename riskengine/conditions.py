"""The language of alert conditions: arithmetic over metrics, compared, joined by and, or, not.

Text is parsed by Python's own grammar and compiled into closures by two visitors, one for truth and one for numbers, so
that what is neither is an error when the rule is loaded. Nothing is ever evaluated as Python.
"""

import ast
import difflib
import operator
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NamedTuple

from riskengine.kleene import Truth, conjunction, disjunction, negation

MAX_CHARACTERS = 500
MAX_NODES = 100

ALLOWED = "numbers, metric names, + - * / ( ), the comparisons < <= > >= == !=, and, or, not"
Values = Mapping[str, Decimal | None]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-*/()<>=! \t\r\n")
#: What people type or paste for want of a key.
_INSTEAD = {
    **dict.fromkeys("×⋅·", "write * to multiply"),  # noqa: RUF001
    **dict.fromkeys("÷:", "write / to divide"),
    **dict.fromkeys("−–—", "write - to subtract"),  # noqa: RUF001
    **dict.fromkeys("≥≤≠", "write >=, <= or !="),
    **dict.fromkeys("&|", "write and, or"),
    "%": "write 5 % as 0.05",
    ",": "write numbers with a point and calls not at all",
    **dict.fromkeys("\"'“”‘’", "which model or role is meant stands in the rule's labels"),  # noqa: RUF001
    "#": "a comment belongs into the file, not the condition",
}
#: Does not trap: what divides by zero becomes infinite or NaN, which is told as no data.
_CONTEXT = Context(prec=28, traps=[])

_BREAKS = str.maketrans("\t\r\n", "   ")
_ARITHMETIC: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: _CONTEXT.add,
    ast.Sub: _CONTEXT.subtract,
    ast.Mult: _CONTEXT.multiply,
    ast.Div: _CONTEXT.divide,
}
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}

#: Not isinstance: True is an int.
_LITERALS = {int, float}

_Number = Callable[[Values], Decimal | None]
_Judge = Callable[[Values], Truth]


class ConditionError(ValueError):
    """The condition is not of the language; `position` is its character, counted from 1."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"character {position}: {message}")
        self.position = position
        self.message = message


class Measured(NamedTuple):
    """One comparison of a condition with the values that it met, for people to read."""

    text: str
    left: Decimal | None
    sign: str
    right: Decimal | None
    holds: Truth


@dataclass(frozen=True, slots=True)
class _Comparison:
    text: str
    left: _Number
    sign: str
    right: _Number

    def measure(self, values: Values) -> Measured:
        left, right = self.left(values), self.right(values)
        holds = None if left is None or right is None else _COMPARE[self.sign](left, right)
        return Measured(self.text, left, self.sign, right, holds)

    def holds(self, values: Values) -> Truth:
        return self.measure(values).holds


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition ready to be asked; `names` are the metrics it reads."""

    text: str
    names: frozenset[str]
    _judge: _Judge
    _comparisons: tuple[_Comparison, ...]

    def holds(self, values: Values) -> Truth:
        """True, false, or None for no data, when that hangs on a metric that is missing or on a division by zero."""
        return self._judge(values)

    def measured(self, values: Values) -> list[Measured]:
        """Its comparisons as written, each with both sides' values."""
        return [comparison.measure(values) for comparison in self._comparisons]


def compile_condition(text: str, names: Mapping[str, str]) -> Condition:
    """Compile a condition over the metrics that `names` spells, each spelling with the metric it means.

    Raises ConditionError with the character and what is allowed there.
    """
    syntax, indent = _parse(text)
    compiler = _Compiler(text, indent, names)
    judge = compiler.truth(syntax)
    return Condition(text, frozenset(compiler.read), judge, tuple(compiler.comparisons))


def _parse(text: str) -> tuple[ast.expr, int]:
    """The syntax, and how many blanks stand before it."""
    if len(text) > MAX_CHARACTERS:
        raise ConditionError(MAX_CHARACTERS + 1, f"a condition has at most {MAX_CHARACTERS} characters")
    for position, character in enumerate(text, 1):
        if character not in _LETTERS:
            raise ConditionError(position, f"{character!r} has no place here: {_INSTEAD.get(character, ALLOWED)}")
    # Line breaks of a folded YAML text are spaces here, and each character stays where it was.
    line = text.translate(_BREAKS)
    indent = len(line) - len(line.lstrip())
    try:
        with warnings.catch_warnings():
            # `1and 2` is read by Python with a warning; here it is an error.
            warnings.simplefilter("error")
            parsed = ast.parse(line.strip(), mode="eval").body
    except SyntaxError as error:
        # An offset of 0 stands for the end, where more was expected.
        position = indent + error.offset if error.offset else len(line.rstrip()) + 1
        raise ConditionError(position, f"this cannot be read; a condition is made of {ALLOWED}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ConditionError(1, "this is nested too deeply to be read") from None
    nodes = sum(isinstance(node, ast.expr) for node in ast.walk(parsed))
    if nodes > MAX_NODES:
        raise ConditionError(1, f"a condition has at most {MAX_NODES} parts, this one has {nodes}")
    return parsed, indent


class _Compiler:
    """Turns syntax into closures, and remembers what was read on the way."""

    def __init__(self, text: str, indent: int, names: Mapping[str, str]) -> None:
        self._text = text
        self._indent = indent
        self._names = names
        self.read: set[str] = set()
        self.comparisons: list[_Comparison] = []

    def truth(self, node: ast.expr) -> _Judge:
        match node:
            case ast.BoolOp(op=ast.And()):
                return _joined(conjunction, [self.truth(value) for value in node.values])
            case ast.BoolOp():
                return _joined(disjunction, [self.truth(value) for value in node.values])
            case ast.UnaryOp(op=ast.Not()):
                operand = self.truth(node.operand)
                return lambda values: negation(operand(values))
            case ast.Compare():
                return self._comparison(node)
        if _is_number(node):
            raise self._error(node, f"{self._source(node)!r} is a number where true or false is needed; compare it")
        raise self._error(node, f"{self._source(node)!r} has no place here, which takes {ALLOWED}")

    def number(self, node: ast.expr) -> _Number:
        match node:
            case ast.Constant():
                return self._literal(node)
            case ast.Name():
                return self._metric(node)
            case ast.UnaryOp(op=ast.USub()):
                operand = self.number(node.operand)
                return lambda values: _negative(operand(values))
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                return _calculation(_ARITHMETIC[type(node.op)], self.number(node.left), self.number(node.right))
            case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                raise self._error(node, f"{self._source(node)!r} is true or false where a number is needed")
        raise self._error(node, f"{self._source(node)!r} has no place here, which takes {ALLOWED}")

    def _comparison(self, node: ast.Compare) -> _Judge:
        if len(node.ops) > 1:
            raise self._error(node.comparators[1], "comparisons cannot be chained; write a < b and b < c")
        sign = _SIGNS.get(type(node.ops[0]))
        if sign is None:
            raise self._error(node, f"{self._source(node)!r} compares otherwise than with {' '.join(_COMPARE)}")
        left, right = self.number(node.left), self.number(node.comparators[0])
        comparison = _Comparison(self._source(node), left, sign, right)
        self.comparisons.append(comparison)
        return comparison.holds

    def _literal(self, node: ast.Constant) -> _Number:
        if type(node.value) not in _LITERALS:
            raise self._error(node, f"{self._source(node)!r} is no number; a condition is made of {ALLOWED}")
        value = Decimal(repr(node.value))
        if not value.is_finite():
            raise self._error(node, f"{self._source(node)!r} is too large a number")
        return lambda _values: value

    def _metric(self, node: ast.Name) -> _Number:
        name = self._names.get(node.id)
        if name is None:
            near = difflib.get_close_matches(node.id, self._names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(self._names))}"
            raise self._error(node, f"there is no metric {node.id!r}; {hint}")
        self.read.add(name)
        return lambda values: _finite(values.get(name))

    def _source(self, node: ast.expr) -> str:
        """What was written, short enough for a message. All is ASCII, so the syntax tree's bytes are characters."""
        source = self._text[node.col_offset + self._indent : (node.end_col_offset or 0) + self._indent]
        return textwrap.shorten(source, 60, placeholder=" …")

    def _error(self, node: ast.expr, message: str) -> ConditionError:
        return ConditionError(node.col_offset + self._indent + 1, message)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) in _LITERALS
    return isinstance(node, ast.Name | ast.BinOp | ast.UnaryOp)


def _joined(join: Callable[[Iterable[Truth]], Truth], parts: list[_Judge]) -> _Judge:
    return lambda values: join([part(values) for part in parts])


def _calculation(calculate: Callable[[Decimal, Decimal], Decimal], left: _Number, right: _Number) -> _Number:
    def result(values: Values) -> Decimal | None:
        one, other = left(values), right(values)
        return None if one is None or other is None else _finite(calculate(one, other))

    return result


def _negative(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def _finite(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() else None
