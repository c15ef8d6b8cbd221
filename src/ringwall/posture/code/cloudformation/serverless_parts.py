"""The parts that what SAM makes is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Node = dict[str, Any]


@dataclass(slots=True)
class Expanded:
    """Resources as CloudFormation has them; ``origins`` are the ones of SAM that they stem from."""

    resources: Node = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, of: "Own", kind: str, properties: Node) -> None:
        """Make a resource of one of SAM, which is there as long as that one is."""
        one: Node = {"Type": kind, "Properties": properties}
        if "Condition" in of.told:
            one["Condition"] = of.told["Condition"]
        self.resources[name] = one
        self.origins[name] = of.origin or of.name


@dataclass(frozen=True, slots=True)
class Own:
    """A resource of SAM, with what is said of all such in ``said``."""

    name: str
    kind: str
    told: Node
    said: Node
    origin: str = ""
    """The resource that it is made for, where nobody writes it."""


def mapping(value: Any) -> Node:
    """What is one; an empty one of anything else."""
    return value if isinstance(value, dict) else {}


def merged(usual: Any, own: Any) -> Any:
    """Globals below what is written: mappings join, lists add up, anything else counts more."""
    if is_function(usual) or is_function(own):
        return own
    if isinstance(usual, dict) and isinstance(own, dict):
        return usual | {
            key: merged(usual[key], one) if key in usual else one for key, one in own.items()
        }
    return [*usual, *own] if isinstance(usual, list) and isinstance(own, list) else own


def is_function(value: Any) -> bool:
    """Whether a value is one that CloudFormation works out."""
    return isinstance(value, dict) and any(
        key in {"Ref", "Condition"} or str(key).startswith("Fn::") for key in value
    )


def left(why: str) -> Node:
    """What SAM would write here and nobody does: a function that has no value."""
    return {"Fn::Serverless": why}


def tags_of(properties: Node) -> Node:
    """Tags, which SAM has as a mapping, as CloudFormation has them."""
    tags = properties.get("Tags")
    if not isinstance(tags, dict):
        return {}
    return {"Tags": [{"Key": key, "Value": one} for key, one in tags.items()]}


def events(of: Own) -> Iterator[tuple[str, str, Node]]:
    """What calls a function: its name, kind and properties."""
    for event, one in mapping(of.said.get("Events")).items():
        yield str(event), str(mapping(one).get("Type")), mapping(mapping(one).get("Properties"))
