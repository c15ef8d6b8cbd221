"""Whom a resource's policy lets in that is neither the account nor everybody."""

from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import Judgment, Subject, fails, passes
from ringwall.posture.checks.aws.controlled import within_controls
from ringwall.posture.checks.aws.strangers import statements_of
from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import Levels
from ringwall.posture.permissions.asking import freed
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.deciding import decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER, Exposed, exposed
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import Principal, principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Document, Effect, Kind, Statement
from ringwall.posture.permissions.strangers import Stranger
from ringwall.posture.snapshot.partial import IN_CODE

_ELSEWHERE: Final = Context(
    {"aws:principalorgid": ("o-elsewhere0",), "aws:principalorgpaths": ("o-elsewhere0/r-0000/",)}
)


def judge_customers(it: Subject, policy: Any, *resources: str) -> Judgment:
    """Whether a service of AWS may use a resource for whoever tells it to: a confused deputy.

    IAM User Guide, "The confused deputy problem". Decided by the engine, as a service asks that
    acts for a stranger.
    """
    if not policy:
        return passes("it has no policy, and so lets in nobody from outside")
    document = read(policy, name=f"policy of {it.label}", kind=Kind.RESOURCE)

    def open_within(controls: Controls) -> list[Exposed]:
        account = it.number
        found = exposed(document, resources, account=account, rcps=controls.rcps)
        return [one for one in found if one.stranger is Stranger.ANY_CUSTOMER]

    found, kept_out = within_controls(it, open_within)
    if kept_out:
        return passes(f"services would use it for any customer, and {kept_out} denies it")
    sure = [one for one in found if one.decision.is_allowed]
    if sure:
        actions = ", ".join(dict.fromkeys(one.action for one in sure[:3]))
        return fails(f"a service may {actions} in {it.label} for any customer of AWS")
    if found:
        raise UnknownError(found[0].decision.why)
    return passes("services may use it for its own account alone, or not at all")


def others_of(
    policy: Any, account: str, rcps: Levels = (), *, spared: frozenset[str] = frozenset()
) -> set[str]:
    """The other accounts that a policy lets in by name, none of those of one's own organisation.

    Each is asked for as itself, in an organisation that is not named anywhere: so a condition
    counts for what it does. :class:`UnknownError` where that cannot be told. ``rcps`` are the
    resource control policies that bind the account: whom they may let in is among them. Of
    ``spared`` nothing is said.
    """
    if not policy:
        return set()
    statements_of(policy)
    document = read(policy, name="the policy", kind=Kind.RESOURCE)
    if document.faults:
        raise UnknownError("; ".join(document.faults))
    own = account if account.isdigit() else IN_CODE
    found = set()
    for who in _named(document):
        if who.account in {own, "", *spared}:
            continue
        if any(_may(document, who, one, own, rcps) for one in document.statements):
            found.add(who.account)
    if found and own != account:
        raise UnknownError("it is not known yet which account it will be in")
    return found


def _may(document: Document, who: Principal, one: Statement, account: str, rcps: Levels) -> bool:
    if one.effect is Effect.DENY:
        return False
    action = patterns.witness(one.actions[0], "*:*") if not one.but_actions else None
    resource = patterns.witness(one.resources[0], "*") if one.resources else None
    if resource is None or one.but_resources:
        resource = f"arn:aws:any0:eu-west-1:{account}:any-0"
    request = Request(action or "any0:Any0", resource, who, _ELSEWHERE, account)
    policies = Policies(identity=EVERYTHING_OF_A_STRANGER, resource=document, rcps=rcps)
    decision = freed(decide(request, policies))
    return decision.may_be if rcps else decision.is_allowed


def _named(document: Document) -> list[Principal]:
    said = set()
    for one in document.statements:
        if one.effect is Effect.ALLOW and one.principals is not None and not one.but_principals:
            said |= {f"arn:aws:iam::{number}:root" for number in one.principals.accounts}
            said |= {arn for arn in one.principals.arns if arn.startswith("arn:")}
    return [principal(one) for one in sorted(said)]
