"""What commands of posture have in common: credentials that work, and checks by their id."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.collecting.running import Target


class Connected(NamedTuple):
    """An account that answered, and what makes clients for it."""

    target: "Target"
    client: Callable[[str, str], Any]


def connected(
    profile: str | None,
    regions: Sequence[str] | None,
    *,
    role: str | None = None,
    external_id: str | None = None,
    calls: Iterable[str] | None = None,
) -> Connected:
    """The account that the credentials are of; refused with what to do where they are of none.

    With ``calls`` its clients have those operations alone.
    """
    from ringwall.posture.collecting.calling import Caller, CredentialsError
    from ringwall.posture.collecting.running import identify
    from ringwall.posture.collecting.session import clients, unknown_regions

    try:
        client, home = clients(profile, role, external_id, calls)
        named = regions or ()
        doubted = unknown_regions(named) if named else ()
        return Connected(identify(Caller(client), home, named, doubted=doubted), client)
    except (ImportError, ValueError, CredentialsError) as error:
        raise Refused(str(error)) from error


def check_named(name: str) -> "KnownCheck":
    """The check with this id; refused where there is none."""
    from ringwall.posture.checking.finding import own_checks

    for one in own_checks():
        if one.id == name:
            return one
    raise Refused(f"there is no check {name}", hint="`ringwall posture checks` lists them")
