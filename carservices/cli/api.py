"""`carservices api`: the contracts of the system services, printed from the contracts themselves."""

import inspect
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Usage, add_json, parser, show_json, show_table

if TYPE_CHECKING:
    from carservices.api import Contract


def main(arguments: list[str]) -> int:
    """List the contracts, or explain one."""
    options = parser("api", "The contracts of the system services.")
    options.add_argument("name", nargs="?", metavar="NAME")
    add_json(options)
    chosen = options.parse_args(arguments)
    there = contracts()
    if chosen.name and chosen.name not in there:
        raise Usage(f"no contract '{chosen.name}'; there are {', '.join(there)}")
    about = [there[name].describe() for name in ([chosen.name] if chosen.name else there)]
    if chosen.json:
        show_json(about[0] if chosen.name else about)
    elif chosen.name:
        _explain(about[0])
    else:
        show_table(("NAME", "WHAT IT IS"), [(one["name"], one["help"].partition("\n")[0]) for one in about])
    return 0


def contracts() -> "dict[str, type[Contract]]":
    """Name → contract, found in the modules of `carservices.api`."""
    from carservices import api

    modules = [import_module(f"{api.__name__}.{module.name}") for module in iter_modules(api.__path__)]
    found = [kind for module in modules for kind in vars(module).values() if _is_contract(kind, module.__name__)]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.name)}


def _is_contract(kind: Any, module: str) -> bool:
    from carservices.api import Contract

    return inspect.isclass(kind) and issubclass(kind, Contract) and kind is not Contract and kind.__module__ == module


def _explain(about: dict[str, Any]) -> None:
    print(f"{about['name']}: {about['help']}\n\nCalls")
    schemas = list(about["streams"].values())
    for name, one in about["calls"].items():
        parameters = ", ".join(_parameter(one["parameters"], key) for key in one["parameters"].get("properties", ()))
        print(f"  {name}({parameters}) → {_type(one['result'])}")
        _indented(one["help"])
        schemas += one["parameters"], one["result"]
    print("\nStreams")
    for topic, schema in about["streams"].items():
        _model(f"{topic}: {schema.get('title', '')}", schema)
    types = {name: schema for one in schemas for name, schema in one.get("$defs", {}).items()}
    if types:
        print("\nTypes")
    for name in sorted(types):
        _model(name, types[name])


def _model(title: str, schema: dict[str, Any]) -> None:
    """What a model is and the fields it has, or the values of an enumeration."""
    print(f"  {title}")
    _indented(schema.get("description", ""))
    if values := schema.get("enum"):
        print(f"      one of {', '.join(map(str, values))}")
    for field, part in schema.get("properties", {}).items():
        says = " ".join(part.get("description", "").split())
        print(f"      {field}: {_type(part)}{f' – {says}' if says else ''}")


def _indented(text: str) -> None:
    for line in text.splitlines():
        print(f"      {line}".rstrip())


def _parameter(schema: dict[str, Any], key: str) -> str:
    part = schema["properties"][key]
    default = f" = {part['default']!r}" if "default" in part else ""
    return f"{key}: {_type(part)}{default}"


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in one word where that is possible."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if options := schema.get("anyOf"):
        return " or ".join(_type(option) for option in options)
    if parts := schema.get("prefixItems"):
        return f"({', '.join(map(_type, parts))})"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if isinstance(values := schema.get("additionalProperties"), dict):
        return f"map of {_type(schema.get('propertyNames', {'type': 'string'}))} to {_type(values)}"
    if schema.get("type") in ("integer", "number"):
        return f"{schema['type']}{_range(schema)}"
    return str(schema.get("title") if schema.get("type") == "object" else schema.get("type", "anything"))


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    bounds = {"≥": low, "≤": high, ">": schema.get("exclusiveMinimum"), "<": schema.get("exclusiveMaximum")}
    return "".join(f" {sign} {bound}" for sign, bound in bounds.items() if bound is not None)
