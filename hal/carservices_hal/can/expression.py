"""Formulas of mapping files: a small arithmetic over ``x``, checked node by node before it is compiled."""

import ast
import math
from collections.abc import Callable
from typing import Any

Formula = Callable[[float], float]
"""May raise ArithmeticError or ValueError for an ``x`` it has no result for."""

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


def compile_formula(text: str) -> Formula:
    """The function of ``x`` that this text describes, such as ``floor(x * 40 - 100)``. Raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(text)} characters; at most {MAX_LENGTH}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(f"'{text}' is no formula; it takes {WHAT_IT_TAKES}") from None
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        fault = None if node in called else _fault(node)
        if fault is not None:
            raise FormulaError(f"'{text}': {fault} is not allowed; a formula takes {WHAT_IT_TAKES}")
    formula = _function(_Floats().visit(tree.body))
    try:
        formula(1.0)
    except TypeError:
        raise FormulaError(f"'{text}': a function has too few or too many arguments") from None
    except (ArithmeticError, ValueError):
        pass  # no result for 1 is no fault: 1 / (x - 1)
    return formula


class _Floats(ast.NodeTransformer):
    """Every number a float: no power of integers may grow without end."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        assert isinstance(node.value, int | float)
        return ast.copy_location(ast.Constant(float(node.value)), node)


def _fault(node: ast.AST) -> str | None:
    """What is wrong with this node, None if nothing is."""
    match node:
        case ast.Name(id=name):
            return None if name == "x" else f"'{name}'"
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


def _function(body: ast.expr) -> Formula:
    """The checked tree as a function; no text is evaluated."""
    arguments = ast.arguments(posonlyargs=[], args=[ast.arg("x")], kwonlyargs=[], kw_defaults=[], defaults=[])
    whole = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    made: Formula = eval(compile(whole, "<formula>", "eval"), {"__builtins__": {}, **FUNCTIONS})
    return lambda x: made(float(x))
