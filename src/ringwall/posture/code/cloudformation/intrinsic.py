"""Intrinsic functions, by docs.aws.amazon.com/AWSCloudFormation (intrinsic function reference)."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.code.cloudformation.naming import truth
from ringwall.posture.code.terraform.computed import computed
from ringwall.posture.code.terraform.values import (
    ExpressionError,
    Given,
    Outside,
    PartialBase64,
    PartialText,
    Reference,
    first_unknown,
    joined,
    text_of,
)
from ringwall.posture.snapshot.partial import OwnAccount, OwnRegion, Unknown

NO_VALUE: Final = object()
"""``AWS::NoValue``: as if the property were not written."""
_SUB: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_PSEUDO: Final = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
_ATTACHMENT: Final = "AWS::SecretsManager::SecretTargetAttachment"
_LISTS: Final = {"CommaDelimitedList"}


_NO_VALUE: Final = (
    ExpressionError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
"""What a function comes to that is given something of another form."""


class Template:
    """A template whose functions are evaluated. ``types`` are the resources by logical id.

    ``exported`` gives what another stack exports by a name, ``None`` where none that is known does.
    """

    def __init__(
        self,
        value: dict[str, Any],
        given: Mapping[str, Any] | None = None,
        exported: Callable[[str], Any] | None = None,
    ) -> None:
        self.given = given or {}
        self.exported = exported
        self.parameters: dict[str, Any] = _mapping(value.get("Parameters"))
        self.conditions: dict[str, Any] = _mapping(value.get("Conditions"))
        self.mappings: dict[str, Any] = _mapping(value.get("Mappings"))
        self.resources: dict[str, Any] = _mapping(value.get("Resources"))
        self._asked: set[str] = set()
        self._read: set[tuple[str, str]] = set()
        self._known: dict[str, Any] = {}

    def value(self, node: Any) -> Any:
        """With functions replaced by what they give; ``NO_VALUE`` where nothing is to stay."""
        if isinstance(node, list):
            made = [self.value(one) for one in node]
            return [one for one in made if one is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            function = _FUNCTIONS.get(name)
            if function is not None:
                try:
                    return function(self, argument)
                except _NO_VALUE as error:
                    return Unknown(f"{name} has no value: {error}")
            if name.startswith("Fn::"):
                return Unknown(f"{name} is not supported")
        several = {key: self.value(one) for key, one in node.items()}
        return {key: one for key, one in several.items() if one is not NO_VALUE}

    def holds(self, name: Any) -> Any:
        """A condition by its name: true, false, or unknown."""
        if not isinstance(name, str):
            return Unknown(f"the condition {name} is no name")
        if name in self._known:
            return self._known[name]
        if name not in self.conditions or name in self._asked:
            return Unknown(f"the condition {name} is not there, or made of itself")
        self._asked.add(name)
        found = self._known[name] = self.value(self.conditions[name])
        return found

    def is_left_out(self, resource: dict[str, Any]) -> bool:
        """Whether a resource's condition does not hold for certain."""
        return "Condition" in resource and self.holds(resource["Condition"]) is False

    def refer(self, name: Any) -> Any:
        """``Ref``."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self.parameters:
            return self._parameter(name)
        if name in self.resources:
            same = self._same(name)
            if same is not None:
                return same
            return Reference(f"{name} is known only once it is there", name, "id")
        if name == "AWS::AccountId":
            return OwnAccount(f"{name} is known only where the stack is made")
        if name == "AWS::Region":
            return OwnRegion(f"{name} is known only where the stack is made")
        if isinstance(name, str) and name.startswith("AWS::"):
            return Unknown(f"{name} is known only where the stack is made")
        raise ExpressionError(f"there is no {name}")

    def _parameter(self, name: str) -> Any:
        declared = self.parameters[name]
        kind = str(declared.get("Type", "")) if isinstance(declared, dict) else ""
        if name in self.given and isinstance(self.given[name], Unknown):
            return self.given[name]
        is_given = name in self.given
        if not is_given and (not isinstance(declared, dict) or "Default" not in declared):
            is_hidden = not isinstance(declared, dict) or truth(declared.get("NoEcho")) is True
            return Given(f"the parameter {name} has no default", is_hidden=is_hidden)
        default = self.given[name] if is_given else declared["Default"]
        if kind.startswith("AWS::SSM::"):
            return Unknown(f"the parameter {name} is read only where the stack is made")
        if kind in _LISTS or kind.startswith("List<"):
            return [one.strip() for one in str(default).split(",")]
        return text_of(default) if isinstance(default, bool | int | float) else default

    def _same(self, name: str) -> Any:
        """What the ``Ref`` of a resource is that is called as another one is; ``None`` of others.

        That of what ties a secret to its database is the secret.
        """
        resource = self.resources[name]
        type_ = resource.get("Type") if isinstance(resource, dict) else None
        written = _mapping(_mapping(resource).get("Properties"))
        if type_ != _ATTACHMENT or "SecretId" not in written or (name, "Ref") in self._read:
            return None
        self._read.add((name, "Ref"))
        try:
            return self.value(written["SecretId"])
        finally:
            self._read.discard((name, "Ref"))

    def attribute(self, argument: Any) -> Any:
        """``Fn::GetAtt``."""
        name, _, attribute = argument.partition(".") if isinstance(argument, str) else (
            argument[0], ".", self.value(argument[1])
        )  # fmt: skip
        resource = self.resources.get(name)
        if resource is None:
            raise ExpressionError(f"there is no resource {name}")
        written = _mapping(resource.get("Properties"))
        if (name, attribute) not in self._read:
            self._read.add((name, attribute))
            try:
                if attribute == "Arn" and resource.get("Type") == "AWS::S3::Bucket":
                    bucket = self.value(written.get("BucketName"))
                    return computed("aws_s3_bucket", name, "arn", {"bucket": bucket})
                if attribute in written:  # ``Vpc.CidrBlock`` is what it was given
                    return self.value(written[attribute])
            finally:
                self._read.discard((name, attribute))
        why = f"{name}.{attribute} is known only once it is there"
        return Reference(why, name, str(attribute).lower())

    def substitute(self, argument: Any) -> Any:
        """``Fn::Sub``."""
        text, given = argument if isinstance(argument, list) else (argument, {})
        names = {key: self.value(one) for key, one in given.items()}
        parts: list[str | Unknown] = []
        at = 0
        for one in _SUB.finditer(text):
            parts.append(text[at : one.start()])
            at = one.end()
            name = one.group(2).strip()
            if one.group(1):
                parts.append(f"${{{name}}}")
            elif name in names:
                parts.append(text_of(names[name]))
            else:
                found = self.attribute(name) if "." in name else self.refer(name)
                parts.append(text_of(found))
        parts.append(text[at:])
        return joined(parts)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unknown(*values: Any) -> Unknown | None:
    found = first_unknown(list(values))
    return None if found is None else Unknown(found.why)


def _join(template: Template, argument: Any) -> Any:
    between, several = argument[0], template.value(argument[1])
    if isinstance(several, Unknown):
        return Unknown(several.why)
    parts: list[str | Unknown] = []
    for one in several:
        parts += [between, text_of(one)]
    return joined(parts[1:])


def _if(template: Template, argument: Any) -> Any:
    name, then, otherwise = argument
    holds = template.holds(name)
    if not isinstance(holds, Unknown):
        return template.value(then if holds else otherwise)
    first, second = template.value(then), template.value(otherwise)
    known = first is not NO_VALUE and _unknown(first, second) is None
    return first if known and first == second else Unknown(holds.why)


def _select(template: Template, argument: Any) -> Any:
    at, several = template.value(argument[0]), template.value(argument[1])
    for one in (at, several):
        if isinstance(one, Unknown):
            return one if isinstance(one, Outside) else Unknown(one.why)
    return several[int(at)]


def _split(template: Template, argument: Any) -> Any:
    text = template.value(argument[1])
    return Unknown(text.why) if isinstance(text, Unknown) else text.split(argument[0])


def _find(template: Template, argument: Any) -> Any:
    keys = [template.value(one) for one in argument[:3]]
    unknown = _unknown(*keys)
    if unknown:
        return unknown
    found: Any = template.mappings
    for key in keys:
        found = found[text_of(key)]
    return found


def _equals(template: Template, argument: Any) -> Any:
    left, right = template.value(argument[0]), template.value(argument[1])
    return _unknown(left, right) or text_of(left) == text_of(right)


def _any(template: Template, argument: Any) -> Any:
    several = [template.value(one) for one in argument]
    return True if any(one is True for one in several) else _unknown(*several) or False


def _all(template: Template, argument: Any) -> Any:
    several = [template.value(one) for one in argument]
    return False if any(one is False for one in several) else _unknown(*several) or True


def _not(template: Template, argument: Any) -> Any:
    value = template.value(argument[0])
    return _unknown(value) or not value


def _base64(template: Template, argument: Any) -> Any:
    value = template.value(argument)
    if isinstance(value, PartialText):
        return PartialBase64(value.why, value)
    return value if isinstance(value, Unknown) else base64.b64encode(value.encode()).decode()


def _import(template: Template, argument: Any) -> Any:
    name = template.value(argument)
    found = template.exported(name) if template.exported and isinstance(name, str) else None
    return Outside("what another stack exports is not known here") if found is None else found


_FUNCTIONS: Final[dict[str, Callable[[Template, Any], Any]]] = {
    "Ref": Template.refer,
    "Condition": Template.holds,
    "Fn::GetAtt": Template.attribute,
    "Fn::Sub": Template.substitute,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find,
    "Fn::Equals": _equals,
    "Fn::Or": _any,
    "Fn::And": _all,
    "Fn::Not": _not,
    "Fn::Base64": _base64,
    "Fn::ImportValue": _import,
    "Fn::Serverless": lambda _, why: Unknown(f"SAM is not run: {why}"),
    "Fn::GetAZs": lambda *_: Outside("zones are known only where the stack is made"),
}
