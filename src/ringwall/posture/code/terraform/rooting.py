"""Addresses of several roots, told apart: two modules that are applied may use the same names."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Encoded, PartialBase64, PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown


def rooted(instances: Iterable[Instance], root: str) -> Iterator[Instance]:
    """The instances of one root, with its name before each address, and each reference to one.

    What is joined by an address is then joined within its root alone. ``""`` changes nothing.
    """
    for one in instances:
        if not root:
            yield one
            continue
        values = {key: _moved(value, root) for key, value in one.values.items()}
        yield replace(one, address=f"{root}:{one.address}", root=root, values=values)


def _moved(value: Any, root: str) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, root) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, root) for one in value]
    return _unknown(value, root) if isinstance(value, Unknown) else value


def _unknown(value: Unknown, root: str) -> Unknown:
    if isinstance(value, Reference):
        return replace(value, address=f"{root}:{value.address}")
    if isinstance(value, PartialText):
        return replace(value, parts=tuple(_moved(one, root) for one in value.parts))
    if isinstance(value, PartialBase64):
        text = replace(value.text, parts=tuple(_moved(one, root) for one in value.text.parts))
        return replace(value, text=text)
    if isinstance(value, Encoded):
        return replace(value, value=_moved(value.value, root))
    return value
