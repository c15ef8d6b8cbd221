"""How a resource becomes a component: its names, and its arguments in AWS's own words."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import ExpressionError, Reference, from_json
from ringwall.posture.snapshot.partial import Unknown

ACCOUNT: Final = "code"
"""All that one root declares is taken for one account, in one region: see :func:`account_of`."""
API: Final = "terraform"
DEFAULT: Final = "default of AWS"


def account_of(root: str) -> str:
    """What one root is applied to. Of two roots nobody knows that it is the same account.

    ``""`` is the folder that was asked for.
    """
    return f"{ACCOUNT}:{root}" if root else ACCOUNT


def component(
    kind: str, one: Instance, label: Any, aspects: Mapping[str, Observation], tags: Any = None
) -> Collected:
    """A component that this resource declares; its address is its label where it has no name."""
    named = label if isinstance(label, str) and label else one.address
    tags = tags if isinstance(tags, dict) else one.get("tags")
    told = tags.items() if isinstance(tags, dict) else ()
    pairs = tuple(sorted((key, value) for key, value in told if isinstance(value, str)))
    found = Found(
        kind=kind,
        name=f"{API}:{one.name}",
        label=named,
        account=account_of(one.root),
        tags=pairs,
    )
    listed = {"listed": known({}, one)} if "listed" not in aspects else {}
    return Collected(found=found, aspects={**listed, **aspects}, place=one.place)


def known(value: Any, one: Instance, argument: str = "") -> Observation:
    """What a resource says; an error that names the reason where all of it is not known."""
    line = one.lines.get(argument, one.place.line)
    api = f"{API} {one.place.path}:{line}"
    if isinstance(value, Unknown):
        return Observation(State.ERROR, api=api, why=value.why)
    return Observation(State.KNOWN, value, api)


def told(value: Any, one: Instance, argument: str = "") -> Observation:
    """As :func:`known`, where no value is the answer that there is none."""
    found = known(value, one, argument)
    if found.state is State.KNOWN and value is None:
        return Observation(State.ABSENT, api=found.api)
    return found


def absent(one: Instance) -> Observation:
    """That the code declares none."""
    return Observation(State.ABSENT, api=f"{API} {one.place}")


def default(value: Any, source: str) -> Observation:
    """What AWS does where nothing is written; ``source`` says by which page."""
    state = State.ABSENT if value is None else State.KNOWN
    return Observation(state, value, f"{API}, {DEFAULT}: {source}")


def unsure(why: str) -> Observation:
    """What cannot be told from code."""
    return Observation(State.ERROR, api=API, why=why)


def document(value: Any) -> Any:
    """A policy, from JSON or as it is, with what is not known in it."""
    try:
        return from_json(value)
    except ExpressionError as error:
        return Unknown(f"the policy cannot be read: {error}")


def ident(value: Any) -> Any:
    """What another resource is named by: its address, for its id is not known yet."""
    return value.address if isinstance(value, Reference) else value


def idents(values: Any) -> Any:
    """The same of several."""
    if not isinstance(values, list):
        return values if isinstance(values, Unknown) else []
    return [ident(one) for one in values]


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Arguments under AWS's names, those that are set."""
    return {new: values[old] for old, new in names.items() if values.get(old) is not None}


def each(blocks: Any, names: Mapping[str, str]) -> Any:
    """The same for each block of a kind."""
    if isinstance(blocks, Unknown):
        return blocks
    return [one if isinstance(one, Unknown) else renamed(one, names) for one in blocks]


def first(blocks: Any) -> Any:
    """The only block of a kind: a mapping, ``None``, or what is not known."""
    if isinstance(blocks, dict | Unknown):
        return blocks
    return blocks[0] if blocks else None


def part(block: Any, name: str, fallback: Any = None) -> Any:
    """An argument of a block that may not be there, or not be known."""
    if isinstance(block, Unknown):
        return block
    value = block.get(name) if block else None
    return fallback if value is None else value
