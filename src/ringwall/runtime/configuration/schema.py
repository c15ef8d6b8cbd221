"""JSON Schema (draft 2020-12) of the configuration, for editors and for explaining mistakes."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ringwall.runtime.configuration.sections import Section, Shape

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1


class Generator(GenerateJsonSchema):
    """Pydantic's schema, made to refuse what loading refuses."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Judge every key of a mapping: keys that miss the pattern are refused, not ignored."""
        made = super().dict_schema(schema)
        patterns = made.pop("patternProperties", None)
        if patterns:
            (pattern, values) = next(iter(patterns.items()))
            made["propertyNames"] = {"pattern": pattern, **made.get("propertyNames", {})}
            made["additionalProperties"] = values
        return made

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Ask for the key that tells the alternatives apart, as loading does."""
        made = super().tagged_union_schema(schema)
        tag = made.get("discriminator", {}).get("propertyName")
        return {**made, "type": "object", "required": [tag]} if tag else made


@cache
def of_model(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return the schema of one model, its parts under ``$defs``."""
    return model.model_json_schema(schema_generator=Generator)


def of_type(annotation: Any) -> Mapping[str, Any]:
    """Return the schema of any annotated type."""
    return TypeAdapter(annotation).json_schema(schema_generator=Generator)


def schema(sections: Iterable[Section]) -> dict[str, Any]:
    """Return the schema of a whole root file."""
    raise NotImplementedError((sections, Shape))
