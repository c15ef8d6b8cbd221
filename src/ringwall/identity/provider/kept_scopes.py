"""Scopes that no token leaves out: those for which policies keep out whoever has them.

A client may ask for less than it is registered with, and so gets tokens that may do less. Where a
policy keeps out for a scope (:mod:`ringwall.access.kept_out`), less would be more: such a scope is
issued whether it was asked for or not, and the answer says so, as RFC 6749 section 3.3 has it. A
person is asked about it like about the others; what nobody was asked about is refused instead.
"""

from collections.abc import Iterable

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from ringwall.access.kept_out import Asked
from ringwall.access.model import Kind
from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient, Grant


def with_kept(
    asked: Iterable[str], client: ApiClient, facts: Facts, *, for_person: bool
) -> tuple[str, ...]:
    """What is asked for, each once, and those of the client's for which policies keep it out.

    ``for_person`` says that the client acts for one: policies ask about both then.
    """
    kinds = (Kind.CLIENT, Kind.USER) if for_person else (Kind.CLIENT,)
    named = {
        one.name
        for one in facts.kept_out
        if one.asked is Asked.SCOPE and any(map(one.concerns, kinds))
    }
    own = client.client.get_scopes() if named else ()
    kept = (scope for scope in own if named & {"", scope})
    return tuple(dict.fromkeys([*asked, *kept]))


def issued(
    request: Request, client: ApiClient, grant: Grant | None, facts: Facts
) -> tuple[str, ...]:
    """The scopes of an access token for a request, by itself or out of what a person granted.

    ``InvalidScopeError`` where a policy, newer than the grant, keeps out for a scope that the
    person was not asked about.
    """
    found = with_kept(request.scopes or (), client, facts, for_person=grant is not None)
    unasked = [] if grant is None else sorted(set(found) - set(grant.scopes))
    if unasked:
        msg = (
            f"A policy keeps out for the scope {unasked[0]}, which this client has, and nobody was "
            "asked about: ask the person anew."
        )
        raise errors.InvalidScopeError(description=msg, request=request)
    return found
