"""Formulas of mapping files: a small arithmetic over ``x`` and other signals, checked node by node, then compiled."""

import ast
import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

Formula = Callable[..., float]
"""Takes ``x`` and the other numbers; may raise ArithmeticError or ValueError for those it has no result for."""

MAX_LENGTH = 200
"""Characters of one formula."""
MAX_EXPONENT = 8
MAX_NUMBER = 1e300

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
}
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.UAdd, ast.USub, ast.Not)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.And, ast.Or)
STRUCTURE = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Load)
WHAT_IT_TAKES = f"numbers, x, + - * / // % **, comparisons, if else, and {', '.join(FUNCTIONS)}"


class FormulaError(ValueError):
    """A formula that is none, or asks for more than arithmetic; the message says for what."""


def compile_formula(text: str, names: Sequence[str] = ()) -> Formula:
    """The function of ``x``, and of these other names in this order, that the text describes. Raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(text)} characters; at most {MAX_LENGTH}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(f"'{text}' is no formula; it takes {WHAT_IT_TAKES}") from None
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        fault = None if node in called else _fault(node, names)
        if fault is not None:
            raise FormulaError(f"'{text}': {fault} is not allowed; a formula takes {WHAT_IT_TAKES}")
    formula = _function(_Floats().visit(tree.body), names)
    try:
        formula(1.0, *(1.0 for _ in names))
    except TypeError:
        raise FormulaError(f"'{text}': a function has too few or too many arguments") from None
    except (ArithmeticError, ValueError):
        pass  # no result for 1 is no fault: 1 / (x - 1)
    return formula


def names_in(text: str) -> list[str]:
    """What a formula speaks of besides ``x`` and functions, in alphabetical order; nothing for a text that is none."""
    try:
        nodes = list(ast.walk(ast.parse(text[:MAX_LENGTH].strip(), mode="eval")))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    return sorted({node.id for node in nodes if isinstance(node, ast.Name)} - FUNCTIONS.keys() - {"x"})


class _Floats(ast.NodeTransformer):
    """Every number a float: no power of integers may grow without end."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        assert isinstance(node.value, int | float)
        return ast.copy_location(ast.Constant(float(node.value)), node)


def _fault(node: ast.AST, names: Collection[str]) -> str | None:
    """What is wrong with this node, None if nothing is."""
    match node:
        case ast.Name(id=name):
            return None if name == "x" or name in names else f"'{name}'"
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and abs(value) < MAX_NUMBER:
            return None
        case ast.Constant(value=other):
            return f"{other!r}"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and args:
            return None
        case ast.Call():
            return "this call"
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int(value))) if abs(value) <= MAX_EXPONENT:
            return None
        case ast.BinOp(op=ast.Pow()):
            return f"an exponent that is no number up to {MAX_EXPONENT}"
    return None if isinstance(node, STRUCTURE + OPERATORS + COMPARISONS) else type(node).__name__


def _function(body: ast.expr, names: Sequence[str]) -> Formula:
    """The checked tree as a function; no text is evaluated."""
    taken = [ast.arg(name) for name in ("x", *names)]
    arguments = ast.arguments(posonlyargs=[], args=taken, kwonlyargs=[], kw_defaults=[], defaults=[])
    whole = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    made: Formula = eval(compile(whole, "<formula>", "eval"), {"__builtins__": {}, **FUNCTIONS})
    return lambda *numbers: made(*map(float, numbers))
