"""What the whole edge answers somebody: the route's own demands first, then its policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ringwall.access.asking.askers import Asking
from ringwall.access.asking.judgments import Judge, Judgment
from ringwall.access.asking.words import length
from ringwall.access.model import Kind
from ringwall.access.policies import PolicySet
from ringwall.gateway.destinations import Destination
from ringwall.gateway.keeping_out import kept_out
from ringwall.gateway.paths import parse_template
from ringwall.gateway.wanted import Wanted


class UnsaidError(LookupError):
    """A question that leaves open where the request goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody is answered, by every judgment; ``kept_out`` is why the route itself refuses.

    ``advice`` is what they could do to be allowed.
    """

    to: Destination
    policies: PolicySet
    judgments: tuple[Judgment, ...]
    kept_out: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request comes through."""
        return not self.kept_out and all(one.cedar.allowed for one in self.judgments)

    @property
    def callout(self) -> tuple[tuple[str, str], ...]:
        """The policies for which the edge asks Cedar's engine over this, each with why."""
        own = (one for one in self.judgments if not one.callout)
        if self.kept_out or any(one.compiled and not one.compiled.allowed for one in own):
            return ()
        return tuple(dict.fromkeys(found for one in self.judgments for found in one.callout))

    @property
    def agrees(self) -> bool:
        """Whether the edge's rules say what Cedar says."""
        return all(one.agrees for one in self.judgments)


class Answers:
    """The policies of a configuration, ready to be asked."""

    def __init__(self, wanted: Wanted) -> None:
        if wanted.policies is None:
            msg = "the configuration has no policies"
            raise LookupError(msg)
        self.wanted, self.policies, self.world = wanted, wanted.policies, wanted.world
        self._judge = Judge(wanted.policies.policies, self.world)

    def answer(self, asking: Asking, to: Destination) -> Answer:
        """What the edge answers; ``UnsaidError`` where it is not known whose the resource is."""
        route = self.world.routes[to.route.name]
        _require_whole(self.wanted, to)
        kind = Kind(asking.principal.kind)
        request = asking.request(parameters=to.parameters, host_tenant=to.host_tenant)
        judgments = self._judge.judge(route, to.host, to.method, kind=kind, request=request)
        out = tuple(kept_out(self.wanted, to, kind=kind, request=request))
        return Answer(
            to=to,
            policies=self.policies,
            judgments=judgments,
            kept_out=out,
            advice=tuple(_advice(judgments, asking, needs_sign_in=bool(out))),
        )


def _require_whole(wanted: Wanted, to: Destination) -> None:
    missing = set(parse_template(to.route.path).variables) - set(to.parameters)
    if missing:
        name = min(missing)
        msg = f"it is not said what stands for {{{name}}} in {to.route.path}: --path {name}=..."
        raise UnsaidError(msg)
    if to.host == wanted.identity.tenant_hosts and to.host_tenant is None:
        example = to.host.replace("*", "north", 1)
        msg = f"it is not said on whose host of {to.host}: --host, such as {example}"
        raise UnsaidError(msg)


_LEVELS: Final = {
    "single": "any factor",
    "mfa": "two factors or a passkey (mfa)",
    "phr": "a passkey (phr)",
}


def _advice(
    judgments: tuple[Judgment, ...], asking: Asking, *, needs_sign_in: bool
) -> Iterator[str]:
    first = judgments[0]
    if asking.principal.kind is Kind.ANONYMOUS and (needs_sign_in or first.sign_in_would_help):
        yield "sign in"
    if first.proof is not None and all(one.cedar.allowed for one in judgments[1:]):
        level, within = first.proof
        told = _LEVELS[level]
        if within is None:
            yield f"prove again by {told}, as the edge asks them to (RFC 9470)"
        else:
            recent = f"within {length(within)}"
            yield f"prove again by {told} {recent}, as the edge asks them to (RFC 9470)"
