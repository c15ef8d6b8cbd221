"""CloudFormation's properties under Terraform's names: ``EnableKeyRotation`` as it has it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.code.terraform.values import as_json
from ringwall.posture.snapshot.partial import Unknown

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER: Final = re.compile(r"-?[0-9]{1,300}")
_POLICIES: Final = ("PolicyDocument", "PolicyText", "KeyPolicy", "ResourcePolicy")
_ALSO: Final = frozenset({"RedrivePolicy", "FileSystemPolicy", "AccessPolicies"})
_NAMES: Final = ("Name", "Id", "Identifier", "Version")
"""What is no number, even if it is made of digits."""
Properties = dict[str, Any]
Naming = Callable[[Properties], Properties]


def snake(name: str) -> str:
    """``KmsMasterKeyId`` as ``kms_master_key_id``."""
    return _WORD.sub("_", name).lower()


def plain(names: Mapping[str, str] | None = None) -> Naming:
    """Every property under its name in small letters, or under the one that is given."""
    given = names or {}

    def made(properties: Properties) -> Properties:
        return {given.get(key) or snake(key): valued(key, one) for key, one in properties.items()}

    return made


def truths(names: Mapping[str, str] | None = None) -> Naming:
    """The same, with texts for truth values as truth values."""
    made = plain(names)
    return lambda told: {key: truth(one) for key, one in made(told).items()}


def deeply(names: Mapping[str, str] | None = None) -> Naming:
    """The same for all that is within, too: what is a block there is a mapping here."""
    given = names or {}

    def within(key: str, one: Any) -> Any:
        found = valued(key, one)
        if found is not one or key == "Tags":
            return found
        if isinstance(one, dict):
            return {
                given.get(name) or snake(name): within(name, each) for name, each in one.items()
            }
        if isinstance(one, list):
            return [within("", each) for each in one]
        return one if key.endswith(_NAMES) else number(truth(one))

    return lambda told: {
        given.get(key) or snake(key): within(key, one) for key, one in told.items()
    }


def valued(key: str, value: Any) -> Any:
    """A property's value: tags as a mapping, policies as their text."""
    if key == "Tags":
        return tags(value)
    if key.endswith(_POLICIES) or key in _ALSO:
        return value if isinstance(value, str | Unknown) else as_json(value)
    return value


def tags(value: Any) -> Any:
    """A list of keys and values as a mapping."""
    if not isinstance(value, list):
        return value if isinstance(value, dict | Unknown) else None
    return {str(one.get("Key")): one.get("Value") for one in value if isinstance(one, dict)}


def truth(value: Any) -> Any:
    """CloudFormation takes texts for truth values."""
    said = {"true": True, "false": False}
    return said.get(value.lower(), value) if isinstance(value, str) else value


def number(value: Any) -> Any:
    """CloudFormation takes texts for numbers."""
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def under(value: Any, *keys: str) -> Any:
    """What lies under these keys; ``None`` where nothing does, or what is not known of it."""
    for key in keys:
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def several(value: Any, make: Callable[[Any], Any]) -> Any:
    """Each of a list, made something else of, as far as it is known."""
    if isinstance(value, Unknown):
        return value
    found = [value] if isinstance(value, dict) else value or ()
    return [one if isinstance(one, Unknown) else make(one) for one in found]
