"""JSON Schema (draft 2020-12) of the configuration, for editors and for explaining mistakes."""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import SchemaSerializer, core_schema

from ringwall.runtime.configuration.sections import Section, Shape

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_VERSION: Final = {"description": "The form of this file.", "const": 1}
_INCLUDE: Final = {
    "description": (
        "More files, relative to this one: a file, a pattern, or a folder (its *.yaml and *.yml)."
    ),
    "type": ["array", "null"],
    "items": {"type": "string", "minLength": 1},
}


class Generator(GenerateJsonSchema):
    """Pydantic's schema, made to refuse what loading refuses, with defaults as they are written."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Say of each field what its docstring says."""
        made = super().model_schema(schema)
        properties, fields = made.get("properties", {}), schema["cls"].model_fields
        for name, text in documented(schema["cls"]).items():
            key = fields[name].alias or name
            if key in properties:
                properties[key].setdefault("description", text)
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Judge every key of a mapping: keys that miss the pattern are refused, not ignored."""
        made = super().dict_schema(schema)
        if "keys_schema" in schema:
            names = self.generate_inner(schema["keys_schema"]).copy()
            names.pop("title", None)
            values = made.pop("patternProperties", {})
            made["additionalProperties"] = next(iter(values.values()), None) or made.get(
                "additionalProperties", True
            )
            made["propertyNames"] = names
        return made

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Ask for the key that tells the alternatives apart, as loading does."""
        made = super().tagged_union_schema(schema)
        tag = made.get("discriminator", {}).get("propertyName")
        return {**made, "type": "object", "required": [tag]} if tag else made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Write a default as the file would: ``15s``, not 15.0."""
        made = super().default_schema(schema)
        if isinstance(made.get("default"), int | float):
            written = SchemaSerializer(schema["schema"])
            made["default"] = written.to_python(schema["default"], mode="json")
        return made


def documented(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstrings of a model's fields, of those it inherits too.

    Pydantic can read them as well, but of every model when it is made, which costs every command a
    tenth of a second.
    """
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base is BaseModel or not issubclass(base, BaseModel):
            continue
        (made,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        body = made.body if isinstance(made, ast.ClassDef) else []
        for field, said in pairwise(body):
            match field, said:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ) if name in model.model_fields:
                    found[name] = inspect.cleandoc(text)
    return found


@cache
def of_model(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return the schema of one model, its parts under ``$defs``."""
    return model.model_json_schema(schema_generator=Generator)


def of_type(annotation: Any) -> Mapping[str, Any]:
    """Return the schema of any annotated type."""
    return TypeAdapter(annotation).json_schema(schema_generator=Generator)


def schema(sections: Iterable[Section], *, included: bool = False) -> dict[str, Any]:
    """Return the schema of the root file, or of an ``included`` one."""
    owned = [s for s in sections if not included or s.shape is not Shape.ONE]
    refs, parts = models_json_schema(
        [(section.model, "validation") for section in owned], schema_generator=Generator
    )
    properties = {} if included else {"version": _VERSION, "include": _INCLUDE}
    required = [] if included else ["version"]
    for section in owned:
        properties[section.key] = _section(section, refs[section.model, "validation"])
        fields = section.model.model_fields.values()
        if section.shape is Shape.ONE and any(field.is_required() for field in fields):
            required.append(section.key)
    return {
        "$schema": DIALECT,
        "title": "Ringwall configuration" + (", included file" if included else ""),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "$defs": parts.get("$defs", {}),
    }


def _section(section: Section, ref: JsonSchemaValue) -> dict[str, Any]:
    about = inspect.cleandoc(section.model.__doc__ or "")
    if section.shape is Shape.MAP:
        names = {k: v for k, v in of_type(section.name).items() if k != "$defs"}
        return {
            "description": f"By name: {about}",
            "type": ["object", "null"],
            "propertyNames": names,
            "additionalProperties": ref,
        }
    if section.shape is Shape.LIST:
        return {"description": about, "type": ["array", "null"], "items": ref}
    return {"description": about, "anyOf": [ref, {"type": "null"}]}
