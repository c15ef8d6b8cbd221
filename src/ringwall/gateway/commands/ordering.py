"""Order a certificate from the ACME authority while somebody watches."""

from datetime import datetime
from typing import TYPE_CHECKING

from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.certificates.credential import Credential
    from ringwall.gateway.service import Gateway


def order(gateway: "Gateway", host: str, *, force: bool) -> "Credential":
    """Order a certificate for ``host`` and show it at the edge, telling each step on stderr.

    Without ``force`` only if it is due. ``Refused`` says why there is none and when it is tried
    again: an authority that has just refused is not asked at once, whoever wants it.
    """
    from ringwall.gateway.ordering import Ordering

    ordering = Ordering(gateway, tell=lambda step: say(step, style="dim", stderr=True))
    if host not in ordering.hosts:
        msg = f"{host} does not have its certificate from ACME in the configuration in force"
        raise Refused(msg, hint="`ringwall up` or `ringwall reload` applies the files")
    if not ordering.edge_runs():
        msg = f"the edge does not run, so nobody can see that {host} is yours"
        raise Refused(msg, hint="`ringwall up` starts it", code=ExitCode.NOT_RUNNING)
    found = ordering.order(host, force=force)
    if not found.problem and found.credential is not None:
        return found.credential
    if found.tried:
        raise Refused(found.problem, hint=_next_try(found.again_at))
    if found.again_at is None:
        raise Refused(f"{host}: {found.problem}", hint="`ringwall cert list` shows when it is done")
    msg = f"the last order failed, and the authority is not to be hammered: {found.problem}"
    hint = f"{_next_try(found.again_at)}; changed settings under edge.acme are tried at once"
    raise Refused(msg, hint=hint)


def _next_try(moment: datetime | None) -> str:
    return "it is tried again" + (f" at {moment:%Y-%m-%d %H:%M} UTC" if moment else " soon")
