"""What the running collector is asked over its socket: to do what only it may do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from ringwall.lake.bucket import BucketError
from ringwall.lake.emptying import StillWrittenError
from ringwall.lake.holds import Hold, read_holds, write_holds
from ringwall.lake.own import Act, log_event
from ringwall.lake.upkeep import holding
from ringwall.lake.work import Work
from ringwall.runtime.processes.calls import CallRefusedError

Handler = Callable[..., Awaitable[object]]


def handlers(work: Work) -> dict[str, Handler]:
    """The calls. Each is done between two turns of the collector, and told in the log."""

    async def asked(function: Callable[[], Any]) -> Any:
        try:
            return await asyncio.wrap_future(work.ask(function))
        except BucketError as error:
            raise CallRefusedError(str(error)) from error

    async def flush() -> object:
        await asked(work.flush)
        return {}

    async def erase(subject: str, by: str) -> object:
        try:
            return {"events": await asked(lambda: work.erase(subject, by))}
        except StillWrittenError as error:
            raise CallRefusedError(str(error)) from error

    async def keep() -> object:
        return {"events": await asked(work.keep)}

    async def hold(
        *,
        by: str,
        name: str,
        reason: str,
        user: str | None = None,
        tenant: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> object:
        try:
            one = Hold(
                name=name,
                reason=reason,
                user=user,
                tenant=tenant,
                since=None if since is None else date.fromisoformat(since),
                until=None if until is None else date.fromisoformat(until),
            )
        except ValueError as error:
            raise CallRefusedError(str(error)) from error
        await asked(lambda: _hold(work, one, by))
        return {}

    async def release(by: str, name: str) -> object:
        await asked(lambda: _release(work, name, by))
        return {}

    async def told(by: str, message: str, about: dict[str, Any]) -> object:
        """Have it in the log that somebody read from it."""
        await asked(lambda: _tell(work, Act.OTHER, message, by, about))
        return {}

    return {
        "erase": erase,
        "flush": flush,
        "hold": hold,
        "keep": keep,
        "release": release,
        "told": told,
    }


def _hold(work: Work, one: Hold, by: str) -> None:
    held = read_holds(work.log)
    if any(other.name == one.name for other in held):
        msg = f"there is a hold {one.name} already: release it, or name this one otherwise"
        raise CallRefusedError(msg)
    _tell(work, Act.OTHER, f"held: {holding(one)}", by, {"hold": one.name})
    write_holds(work.log, [*held, one])


def _release(work: Work, name: str, by: str) -> None:
    held = read_holds(work.log)
    gone = next((one for one in held if one.name == name), None)
    if gone is None:
        known = ", ".join(one.name for one in held) or "none"
        msg = f"there is no hold {name}; there are: {known}"
        raise CallRefusedError(msg)
    _tell(work, Act.OTHER, f"held no more: {holding(gone)}", by, {"hold": name})
    write_holds(work.log, [one for one in held if one.name != name])


def _tell(work: Work, act: Act, message: str, by: str, about: dict[str, Any]) -> None:
    work.accept([log_event(act, message, now=work.now(), by=by, about=about)])
