"""Judgments over policies: each by itself, and what they come to for the routes."""

from collections import defaultdict
from collections.abc import Iterator

from ringwall.access.compiler.partial import CALLOUT
from ringwall.access.compiler.rules import Rulings
from ringwall.access.judging import judge
from ringwall.access.language.syntax import Effect, Policy, Span
from ringwall.access.policies import PolicySet
from ringwall.access.schema import READ, group_of
from ringwall.gateway.compiled import Compiled
from ringwall.gateway.config import ROUTES, Route, SignIn
from ringwall.gateway.judging import warning
from ringwall.gateway.wanted import Wanted
from ringwall.inventory.config import SERVICES
from ringwall.runtime.collecting import collected_later
from ringwall.runtime.configuration import Configuration, ConfigurationError, Problem, Severity
from ringwall.runtime.configuration.spelling import listed


def check_policies(configuration: Configuration) -> Iterator[Problem]:
    """Policies that mean nothing or cannot be decided; routes that nobody or everybody may use."""
    yield from _actions(configuration)
    if not configuration.attached:
        return
    with collected_later():
        yield from _judged(configuration)


def _judged(configuration: Configuration) -> Iterator[Problem]:
    try:
        wanted = Wanted.of(configuration)
    except ConfigurationError as error:
        yield from error.problems
        return
    if wanted.policies is None or wanted.compiled is None:
        return
    wrong = judge(wanted.policies, wanted.world)
    yield from wrong
    if any(problem.severity is Severity.ERROR for problem in wrong):
        return  # what is compiled of it would mean nothing
    refused = [
        _problem(
            wanted.policies,
            error.policy,
            f'the edge cannot decide "{error.policy.id}" by itself: {error.reason}',
            at=error.at,
            allowed=None
            if CALLOUT in error.policy.annotations
            else 'another condition, or @callout("why") before the policy: '
            "Cedar's engine is asked then, at each request that it may decide",
        )
        for error in wanted.compiled.refused
    ]
    yield from refused
    if not refused:
        yield from _idle(wanted.policies, wanted.compiled)
        yield from _needless_marks(wanted.policies, wanted.compiled)
        yield from _routes(configuration, wanted.compiled)
        yield from _unguarded(wanted)


def _actions(configuration: Configuration) -> Iterator[Problem]:
    """Names of actions for methods that a route does not take, or for reading and writing alike."""
    reading: dict[str, bool] = {}
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        for method, action in route.actions.items():
            path = (ROUTES, position, "actions", method)
            if method not in route.methods:
                yield Problem(
                    path=path,
                    message=f"the route does not take {method}",
                    value=method,
                    allowed=" or ".join(route.methods),
                )
            reads = group_of(method) == READ
            if reading.setdefault(action, reads) != reads:
                yield Problem(
                    path=path,
                    message=f'"{action}" is asked for by methods that read and by methods that '
                    "write: who may do one could do the other",
                    value=action,
                    allowed="two names",
                )


def _idle(policies: PolicySet, compiled: Compiled) -> Iterator[Problem]:
    compiler = compiled.compiler
    for policy in policies.policies:
        if policy.id not in compiler.applying:
            yield _problem(
                policies,
                policy,
                f'"{policy.id}" never applies: no route, service or principal there is meets it',
                severity=Severity.WARNING,
            )
        elif policy.effect is Effect.PERMIT and policy.id in compiler.hidden_by:
            forbid = compiler.hidden_by[policy.id]
            place = policies.place(policies.by_id[forbid])
            yield _problem(
                policies,
                policy,
                f'"{policy.id}" permits nothing: "{forbid}" ({place}) forbids all of it',
                severity=Severity.WARNING,
            )


def _needless_marks(policies: PolicySet, compiled: Compiled) -> Iterator[Problem]:
    compiler = compiled.compiler
    for policy in policies.policies:
        is_needless = policy.id in compiler.applying and policy.id not in compiler.called_out
        if CALLOUT in policy.annotations and is_needless:
            yield _problem(
                policies,
                policy,
                f'"{policy.id}" needs no @callout: the edge decides all of it by itself, '
                "and asks nobody",
                at=policy.places[CALLOUT],
                severity=Severity.WARNING,
            )


def _unguarded(wanted: Wanted) -> Iterator[Problem]:
    """Services that others call without a sidecar, which alone holds them to policies."""
    for name, service in wanted.services.items():
        callers = sorted(one for one, other in wanted.services.items() if name in other.calls)
        if callers and service.sidecar is None:
            yield warning(
                (SERVICES, name),
                f"{name} has no sidecar: no policy holds what {listed(callers)} may do there",
            )


def _problem(
    policies: PolicySet,
    policy: Policy,
    message: str,
    *,
    at: Span | None = None,
    severity: Severity = Severity.ERROR,
    allowed: str | None = None,
) -> Problem:
    start = policy.at.start if at is None else at.start
    return Problem(
        path=(),
        message=message,
        allowed=allowed,
        severity=severity,
        place=policies.place(policy, start),
        excerpt=policies.lines[policy.file].excerpt(start),
    )


def _routes(configuration: Configuration, compiled: Compiled) -> Iterator[Problem]:
    every: dict[str, list[Rulings]] = defaultdict(list)
    for (name, _, _), rulings in compiled.all().items():
        every[name].append(rulings)
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        path = (ROUTES, position, "name")
        ways = [one for rulings in every.get(route.name, ()) for one in rulings.all()]
        if not ways:
            continue
        if all(one.is_closed for one in ways):
            yield warning(path, f'no policy lets anybody use the route "{route.name}"')
        elif route.sign_in is not SignIn.NONE and all(one.is_open for one in ways):
            yield warning(path, f'everybody may use the route "{route.name}", whoever they are')
