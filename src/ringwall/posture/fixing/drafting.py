"""Draft the plan of a single setting: one call to set it, the same to set it back."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.fixing.plans import Call, Draft, Step


def set_and_back(
    call: str,
    named: Mapping[str, Any],
    on: Mapping[str, Any],
    back: Mapping[str, Any],
    *,
    change: str,
    words: str,
    warning: str = "",
    terraform: str = "",
    keys: Mapping[str, tuple[str, ...]] | None = None,
) -> Draft:
    """``named`` says of what, ``on`` how it is to be, ``back`` how it was; see :class:`Draft`."""
    undo = Call(call=call, arguments={**named, **back}, words=f"set back: {words}")
    do = Call(call=call, arguments={**named, **on}, words=words)
    return Draft(
        changes=(change,),
        steps=(Step(do=do, undo=(undo,)),),
        warning=warning,
        terraform=terraform,
        keys=keys or {},
    )
