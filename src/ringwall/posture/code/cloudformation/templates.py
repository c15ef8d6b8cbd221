"""A template to resources, each with its lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.intrinsic import NO_VALUE, Template
from ringwall.posture.code.cloudformation.nesting import STACK, Stacks
from ringwall.posture.code.cloudformation.people import INSTEAD
from ringwall.posture.code.cloudformation.serverless import transformed
from ringwall.posture.code.cloudformation.speaking import within
from ringwall.posture.code.cloudformation.types import BESIDE, TYPES
from ringwall.posture.code.documents import Document
from ringwall.posture.code.reading import Remark
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import ExpressionError, Reference
from ringwall.posture.code.unresolved import MODULE
from ringwall.posture.snapshot.partial import Unknown

_STANDING: Final = re.compile(r"\$\{(\w+)")
"""What stands in a text for a resource of the template."""

NAMES: Final = {made: told for told, (made, _) in reversed(TYPES.items())}
"""What CloudFormation calls the types that a template comes to."""


@dataclass(slots=True)
class Read:
    """What a template comes to."""

    instances: list[Instance] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def tagged(tag: str, value: Any) -> Any:
    """A short tag such as ``!GetAtt`` in its long form."""
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


def is_template(value: Any) -> bool:
    """Whether a document is a template of CloudFormation."""
    if not isinstance(value, dict) or not isinstance(value.get("Resources"), dict):
        return False
    several = value["Resources"].values()
    return "AWSTemplateFormatVersion" in value or any(
        isinstance(one, dict) and str(one.get("Type", "")).startswith("AWS::") for one in several
    )


def read(document: Document, path: str, stacks: Stacks | None = None) -> Read:
    """The resources that are made; what is not supported is remarked on.

    ``stacks`` are the templates beside it, which may name it and pass parameters to it.
    """
    document = transformed(document)
    value, found = document.value, Read()
    stacks = stacks or Stacks({path: document})
    template = stacks.template(path, value)
    transform = value.get("Transform")
    if transform is not None:
        line = document.lines.get(("Transform",), document.line)
        why = f"the transform {transform} is not run: what it makes is not judged"
        found.remarks.append(Remark(Place(path, line), why, is_unread=True))
    for name, told in template.resources.items():
        line = document.lines.get(("Resources", name), document.line)
        place = Place(path, line)
        if _is_generated(name, told):
            why = f"{name} is made when the template is run, and is not here: it is not judged"
            found.remarks.append(Remark(place, why, is_unread=True))
            found.instances.append(_generated(name, told, set(template.resources), place))
            continue
        if not isinstance(told, dict) or not isinstance(told.get("Type"), str):
            found.remarks.append(Remark(place, f"the resource {name} has no Type", is_broken=True))
            continue
        holds: Any = template.holds(told["Condition"]) if "Condition" in told else True
        if holds is False:
            continue
        if isinstance(holds, Unknown):
            why = f"whether {name} is there is not known: {holds.why}"
            found.remarks.append(Remark(place, why))
        if told["Type"] == STACK:
            one, url = _nested(template, name, told, place)
            found.instances.append(one)
            if not stacks.target(path, told, template):
                where = url if isinstance(url, str) else "an address that is not known"
                why = f"{name} comes from {where}, which is not here: what it makes is not judged"
                found.remarks.append(Remark(place, why, is_unread=True))
            continue
        if told["Type"].startswith("AWS::Serverless::"):
            found.remarks.append(
                Remark(place, f"{told['Type']} of SAM is not supported: {name}", is_unread=True)
            )
            continue
        if _is_completed(told):
            why = f"what Fn::Transform puts into {name} is not known: it is not judged"
            found.remarks.append(Remark(place, why, is_unread=True))
            continue
        try:
            made = _instances(template, name, told, place, document)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            why = f"{name} is not of the form of {told['Type']}: {type(error).__name__}: {error}"
            found.remarks.append(Remark(place, why, is_broken=True))
            continue
        doubt = f"whether {name} is there is not known" if isinstance(holds, Unknown) else ""
        found.instances += [
            one if _is_of_itself(one, name) else replace(one, doubt=doubt) for one in made
        ]
    return found


def _nested(
    template: Template, name: str, told: dict[str, Any], place: Place
) -> tuple[Instance, Any]:
    """A stack of its own, which may change what is passed to it, and where it comes from."""
    written = told.get("Properties")
    written = written if isinstance(written, dict) else {}
    passed = template.value(written.get("Parameters") or {})
    values = passed if isinstance(passed, dict) else {}
    return Instance(MODULE, name, values, place), template.value(written.get("TemplateURL"))


def _is_of_itself(one: Instance, name: str) -> bool:
    """Whether it speaks of nothing but what it stands in, and is there where that is."""
    return one.address.startswith(f"{name}.") and not one.type.endswith("_attachment")


def _is_generated(name: str, told: Any) -> bool:
    """Whether a loop or a macro stands where a resource would."""
    has_type = isinstance(told, dict) and "Type" in told
    is_macro = isinstance(told, dict) and "Fn::Transform" in told and not has_type
    return is_macro or name == "Fn::Transform" or name.startswith("Fn::ForEach::")


def _generated(name: str, told: Any, known: set[str], place: Place) -> Instance:
    """What a loop or a macro makes, which may change whatever of the template it names."""
    why = f"what {name} makes is not known"
    names = dict.fromkeys(one for one in _mentioned(told) if one in known)
    return Instance(MODULE, name, {"named": [Reference(why, one, "id") for one in names]}, place)


def _mentioned(told: Any) -> Iterator[str]:
    """The first words of all texts, and of what stands in them for something else."""
    if isinstance(told, str):
        yield told.partition(".")[0]
        yield from _STANDING.findall(told)
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _mentioned(one)


def _is_completed(told: dict[str, Any]) -> bool:
    """Whether a macro puts properties into it."""
    properties = told.get("Properties")
    return "Fn::Transform" in told or (
        isinstance(properties, dict) and "Fn::Transform" in properties
    )


def _instances(
    template: Template, name: str, told: dict[str, Any], place: Place, document: Document
) -> list[Instance]:
    written = template.value(told.get("Properties") or {})
    if isinstance(written, Unknown):
        raise ExpressionError(f"what it has is not known: {written.why}")
    if written is NO_VALUE or not isinstance(written, dict):
        written = {}
    if told["Type"] in INSTEAD:
        return list(INSTEAD[told["Type"]](name, written, place))
    known = TYPES.get(told["Type"])
    if known is None:
        return [Instance(told["Type"], name, written, place)]
    type_, make = known
    made = make(written)
    made.pop("", None)
    lines = {
        path[3]: line
        for path, line in document.lines.items()
        if len(path) == 4 and path[:3] == ("Resources", name, "Properties")
    }
    named = {key: lines[key] for key in lines if isinstance(key, str)}
    beside = BESIDE.get(told["Type"])
    return [
        Instance(type_, name, made, place, named),
        *(beside(name, written, place) if beside else ()),
        *within(name, told["Type"], written, place),
    ]
