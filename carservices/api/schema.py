"""JSON schemas that also say what the source says below each field of a model: its unit above all."""

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any

from pydantic.json_schema import GenerateJsonSchema


class DocumentedSchema(GenerateJsonSchema):
    """For ``schema_generator`` of pydantic, whose own way to the same costs each process that only uses the model."""

    def model_schema(self, schema: Any) -> dict[str, Any]:
        described = super().model_schema(schema)
        properties = described.get("properties", {})
        for name, text in field_docs(schema["cls"]).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return described


def field_docs(model: type) -> dict[str, str]:
    """The text that stands below a field, by field; nothing for a class without a source."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, TypeError):  # made by a program, or typed in
        return {}
    found: dict[str, str] = {}
    for field, below in pairwise(getattr(tree, "body", ())):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found
