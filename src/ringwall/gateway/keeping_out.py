"""What a route itself asks before policies do: to be signed in, a member, proven well enough."""

from collections.abc import Iterator

from ringwall.access.asking.words import length, one_of
from ringwall.access.compiler.facts import NEVER, Text
from ringwall.access.compiler.requests import Request, proven_ago
from ringwall.access.model import Kind
from ringwall.gateway.config import SignIn
from ringwall.gateway.destinations import ENOUGH, Destination, sign_in_of
from ringwall.gateway.wanted import Wanted


def kept_out(wanted: Wanted, to: Destination, *, kind: Kind, request: Request) -> Iterator[str]:
    """Every reason for which the edge refuses a request whatever policies say."""
    mode = sign_in_of(wanted, to.route)
    if mode is SignIn.NONE:
        return
    if kind is Kind.ANONYMOUS:
        if mode is SignIn.REQUIRED:
            yield "the route asks for sign-in: nobody comes through without"
        return
    tenant = request.words.get(Text.TENANT)
    if to.host_tenant is not None and to.host_tenant != tenant:
        yield f"this host is for members of {to.host_tenant} only"
    if mode is not SignIn.REQUIRED:
        return
    route = to.route
    strength = request.words.get(Text.STRENGTH)
    if route.factor is not None and strength not in ENOUGH[route.factor]:
        yield f"the route asks for a proof by {one_of(ENOUGH[route.factor])}"
    if route.factor_within is not None:
        ago = proven_ago(request.now, request.proven)
        if ago > route.factor_within or ago == NEVER:
            yield f"the route asks for a proof within {length(int(route.factor_within))}"
