"""Draft the plan of a single setting: one call to set it, the same to set it back."""

from collections.abc import Callable, Mapping
from typing import Any

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import argument


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
    makes: Mapping[str, Any] | None = None,
) -> Draft:
    """``named`` says of what, ``on`` how it is to be, ``back`` how it was.

    See :class:`Draft`, and :class:`Step` for what it ``makes``.
    """
    undo = Call(call=call, arguments={**named, **back}, words=f"set back: {words}")
    do = Call(call=call, arguments={**named, **on}, words=words)
    return Draft(
        changes=(change,),
        steps=(Step(do=do, undo=(undo,), makes=makes or {}),),
        warning=warning,
        terraform=terraform,
        keys=keys or {},
    )


def listed_setting(
    call: str,
    by: str,
    member: str,
    on: object,
    *,
    told_as: str = "",
    otherwise: object = False,
    change: str,
    words: str,
    warning: str = "",
    terraform: tuple[str, str],
    more: Mapping[str, Any] | None = None,
) -> Callable[[Subject, World], Draft]:
    """Make a remedy of one member of what lists a component, as ``plan`` of its file.

    ``by`` names the component in the call, ``told_as`` the member where it is told by another name
    than it is set by, ``otherwise`` what it is where nothing is told. ``change`` and ``words`` have
    ``{before}`` and ``{label}`` in them; ``terraform`` is the resource and its argument.
    """
    told = told_as or member

    def plan(it: Subject, world: World) -> Draft:  # noqa: ARG001 - as every remedy
        """As it was comes back if it does not help."""
        before = it.read("listed").get(told, otherwise)
        kind, key = terraform
        return set_and_back(
            call,
            {by: it.label, **(more or {})},
            {member: on},
            {member: before},
            change=change.format(before=before),
            words=words.format(label=it.label),
            warning=warning,
            terraform=argument(kind, it.label, {key: on}),
            keys={"listed": (told,)},
        )

    return plan
