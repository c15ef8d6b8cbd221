"""Every command asks the built-in policies before it runs, as the machine that it runs on.

Who types it acts for whatever it changes; how it ended is recorded, unless it only looks. What
cannot be recorded does not begin.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import typer

from ringwall.runtime.commanding import CommandMark, concern_of
from ringwall.runtime.installation import Installation, author
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.access.guarding import Decision
    from ringwall.core.events import Actor

_OF_GROUPS: Final[Mapping[str, str]] = {"access": "access:see"}
"""What all commands of a group do, unless they say otherwise."""
_READS: Final = ("see", "list", "read")


def action_of(mark: CommandMark) -> str:
    """The action that a command is asked about; empty for what tells of the program alone."""
    return mark.does or _OF_GROUPS.get(mark.group or "", "")


def asked_first(mark: CommandMark, function: Callable[..., Any]) -> Callable[..., Any]:
    """The command, which runs only if the machine may do what it does."""
    does = action_of(mark)
    if not does:
        return function
    name = " ".join(part for part in (mark.group, mark.name) if part)
    changes = does.rpartition(":")[2] not in _READS or does == "mail:read"

    @wraps(function)
    def asking(*given: Any, **named: Any) -> Any:
        if not changes:
            return _reading(name, does, lambda: function(*given, **named))
        context = _context_of(given, named)
        return _recorded(name, mark, lambda: function(*given, **named), context)

    return asking


def _reading(name: str, does: str, run: Callable[[], Any]) -> Any:
    """Run what only looks, as whoever types it: some of what is looked at tells who did."""
    from ringwall.runtime.recording import acting_as

    with acting_as(_typist(name)):
        _require(_decided(does))
        return run()


def _recorded(
    name: str, mark: CommandMark, run: Callable[[], Any], context: typer.Context | None
) -> Any:
    """Run what changes something, as whoever types it, and record how it ended.

    Of one that becomes another program it is recorded that it begins.
    """
    from ringwall.runtime.recording import acting_as
    from ringwall.runtime.recording.spool import require_room

    actor, does = _typist(name), action_of(mark)
    place = None if context is None else _place_of(context)
    with acting_as(actor):
        if place is None or not place.state.exists():
            _require(_decided(does))
            return run()
        require_room(place.state)
        decision = _decided(does)
        try:
            _require(decision)
            if mark.becomes:
                _tell(place, actor, decision, None, context)
            found = run()
        except BaseException as error:
            _tell(place, actor, decision, error, context)
            raise
        if not mark.becomes:
            _tell(place, actor, decision, None, context)
    return found


def _context_of(given: tuple[Any, ...], named: Mapping[str, Any]) -> typer.Context | None:
    """The context among what a command is given."""
    for one in (*given, *named.values()):
        if hasattr(one, "find_object"):
            found: typer.Context = one
            return found
    return None


def _place_of(context: typer.Context) -> Installation | None:
    """The installation that a command is about."""
    found = context.find_object(Installation)
    return found if isinstance(found, Installation) else None


def _typist(name: str) -> "Actor":
    """Whoever types: a user of the machine, known there by number."""
    import os

    from ringwall.core.events import Actor, Kind
    from ringwall.runtime.recording.acting import host, new_id

    return Actor(
        channel="cli",
        kind=Kind.MACHINE,
        uid=f"host:{os.getuid()}",
        name=author(),
        invoked_by=f"ringwall {name}",
        host=host().name,
        request=new_id(),
    )


def _tell(
    place: Installation,
    actor: "Actor",
    decision: "Decision",
    error: BaseException | None,
    context: typer.Context | None,
) -> None:
    """Record how a command ended; what it was given may be secret, and why it failed tell of it."""
    from ringwall.access.guarding import set_hash
    from ringwall.core.events import Outcome, asked
    from ringwall.runtime.recording import record_at_once

    code = 0 if error is None else _code(error)
    made = asked(
        actor,
        decision.action,
        outcome=Outcome.SUCCESS if code == 0 else Outcome.FAILURE,
        on=None if context is None else concern_of(context),
        allowed=decision.allowed,
        policies=decision.policies,
        policy_set=set_hash(),
        reference=decision.reference,
        code=code,
        detail="" if code == 0 or error is None else type(error).__name__.lstrip("_"),
    )
    record_at_once(made, state=place.state)


def _code(error: BaseException) -> int:
    match error:
        case SystemExit(code=code):
            return code if isinstance(code, int) else int(code is not None)
        case typer.Exit(exit_code=code):
            return code
        case Refused(code=code):
            return int(code)
        case KeyboardInterrupt() | typer.Abort():
            return int(ExitCode.INTERRUPTED)
    return int(ExitCode.FAILED)


def _decided(does: str) -> "Decision":
    from ringwall.access import guarding
    from ringwall.access.actions import Action

    return guarding.may_machine(Action(does))


def _require(decision: "Decision") -> None:
    from ringwall.access import guarding

    if not decision.allowed:
        guarding.log.warning("%s", decision)
        msg = f"commands may not do {decision.action} here (reference {decision.reference})"
        raise Refused(msg, hint="the log says which policy denies it")
