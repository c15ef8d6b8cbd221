"""How a resource becomes a component: its names, and its arguments in AWS's own words."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.posture.code.terraform.computed import is_untold
from ringwall.posture.code.terraform.resources import Instance, misformed
from ringwall.posture.code.terraform.values import (
    PartialText,
    Reference,
)
from ringwall.posture.snapshot.partial import (
    USUAL,
    Unknown,
)

ACCOUNT: Final = "code"
"""All that one root declares is taken for one account, in one region: see :func:`account_of`."""
API: Final = "terraform"
DEFAULT: Final = USUAL


def account_of(root: str) -> str:
    """What one root is applied to. Of two roots nobody knows that it is the same account.

    ``""`` is the folder that was asked for.
    """
    return f"{ACCOUNT}:{root}" if root else ACCOUNT


def component(
    kind: str, one: Instance, label: Any, aspects: Mapping[str, Observation], tags: Any = None
) -> Collected:
    """A component that this resource declares; its address is its label where it has no name."""
    is_name = isinstance(label, str) and label and not is_untold(label)
    named = label if is_name else one.address
    if not isinstance(tags, dict):  # a plan tells those of the provider, too
        every = one.get("tags_all")
        tags = every if isinstance(every, dict) else one.get("tags")
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


def is_terraform(one: Instance) -> bool:
    """Whether it is declared for Terraform, whose provider adds some things of its own."""
    return one.place.path.endswith((".tf", ".tf.json", ".tofu", ".tofu.json"))


def known(value: Any, one: Instance, argument: str = "") -> Observation:
    """What a resource says; an error that names the reason where all of it is not known."""
    line = one.lines.get(argument, one.place.line)
    api = f"{API} {one.elsewhere.get(argument) or f'{one.place.path}:{line}'}"
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


def ident(value: Any) -> Any:
    """What another resource is named by: its address, for its id is not known yet."""
    return value.address if isinstance(value, Reference) else value


def presence(value: Any) -> Any:
    """Whether an argument says anything; what is not known may say nothing.

    What refers to a resource, or is a text of which a part is known, does.
    """
    if isinstance(value, Unknown) and not isinstance(value, Reference | PartialText):
        return value
    return value is not None


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
    several = [blocks] if isinstance(blocks, Mapping) else blocks
    if not isinstance(several, list):
        return misformed("a list of blocks")
    return [
        renamed(one, names)
        if isinstance(one, Mapping)
        else one
        if isinstance(one, Unknown)
        else misformed("a block")
        for one in several
    ]


def first(blocks: Any) -> Any:
    """The only block of a kind: a mapping, ``None``, or what is not known."""
    if isinstance(blocks, dict | Unknown):
        return blocks
    if blocks and not (isinstance(blocks, list) and isinstance(blocks[0], dict | Unknown)):
        return misformed("a block")
    return blocks[0] if blocks else None


def sure(several: list[Instance]) -> list[Instance] | Unknown:
    """Those that are there; where each of them may not be, nobody knows."""
    found = [one for one in several if not one.doubt]
    return Unknown(several[0].doubt) if several and not found else found


def part(block: Any, name: str, fallback: Any = None) -> Any:
    """An argument of a block that may not be there, or not be known."""
    if isinstance(block, Unknown):
        return block
    if block and not isinstance(block, Mapping):
        return misformed(f"what {name} stands in")
    value = block.get(name) if block else None
    return fallback if value is None else value


def truth(value: Any) -> Any:
    """A truth value as those APIs tell it that know texts alone."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value
