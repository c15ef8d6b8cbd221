"""What a resource's policy lets strangers do, and what its statements name."""

import json
from collections.abc import Mapping
from typing import Any

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import Judgment, Severity, Subject, fails, passes
from ringwall.posture.checks.aws.controlled import within_controls
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger
from ringwall.posture.snapshot.partial import SOMEWHERE, guarded


def statements_of(policy: Any) -> list[Mapping[str, Any]]:
    """The statements of a policy, given as text or as what it says.

    :class:`UnknownError` where it is none: nothing may be concluded from what cannot be read.
    """
    if not policy:
        return []
    try:
        told = json.loads(policy) if isinstance(policy, str) else policy
        several = told["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownError(f"the policy cannot be read: {error}") from error
    return [several] if isinstance(several, Mapping) else list(several)


def listed(value: Any) -> list[Any]:
    """What a policy may write as one or as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def principals_of(statement: Mapping[str, Any]) -> list[str]:
    """All that a statement's principal names."""
    told = statement.get("Principal")
    if isinstance(told, Mapping):
        return [str(one) for several in told.values() for one in listed(several)]
    return [str(one) for one in listed(told)]


def judge_strangers(it: Subject, policy: Any, *resources: str) -> Judgment:
    """Whether a resource's policy lets strangers do anything, as the engine decides it.

    ``resources`` are the ARNs that it is about, with stars for what is within. A condition that
    only a request can tell makes it less bad; what cannot be read is :class:`UnknownError`.
    """
    if not policy:
        return passes("it has no policy, and so lets in nobody from outside")
    document = read(policy, name=f"policy of {it.label}", kind=Kind.RESOURCE)

    def open_within(controls: Controls) -> list[Exposed]:
        account = it.number
        found = exposed(document, resources, account=account, rcps=controls.rcps)
        return [one for one in found if one.is_wide and one.stranger is not Stranger.ANY_CUSTOMER]

    wide, kept_out = within_controls(it, open_within)
    if kept_out:
        return passes(f"its policy lets strangers in, and {kept_out} keeps them out")
    certain = [one for one in wide if one.is_certain]
    if certain:
        actions = ", ".join(dict.fromkeys(one.action for one in certain[:3]))
        return fails(f"{certain[0].stranger} may {actions} in {it.label}")
    if wide and wide[0].decision.outcome is Outcome.CONDITIONAL:
        keys = ", ".join(sorted(wide[0].decision.keys))
        told = f"{wide[0].stranger} may {wide[0].action} in {it.label}, as far as {keys} admit it"
        return fails(told, Severity.MEDIUM)
    if wide:
        left = _without_services(policy)
        if left is None:
            raise UnknownError(wide[0].decision.why)
        return judge_strangers(it, {**policy, "Statement": left}, *resources)
    return passes("its policy lets strangers do nothing")


def _without_services(policy: Any) -> list[Any] | None:
    """The statements but for those that let in services alone; ``None`` where there are none.

    For whomever a service comes, it is no stranger itself: what is not known of such a statement
    does not count.
    """
    several = policy.get("Statement") if isinstance(policy, Mapping) else None
    if not isinstance(several, list):
        return None
    whole = list(several.copy())
    left = [one for one in whole if not _is_of_services(one)]
    return guarded(left) if 0 < len(left) < len(whole) else [] if not left else None


def _is_of_services(statement: Any) -> bool:
    try:
        who = statement.get("Principal") if isinstance(statement, Mapping) else None
        return (
            isinstance(who, Mapping)
            and set(who) == {"Service"}
            and statement["Effect"] == "Allow"
            and all(isinstance(one, str) for one in listed(who["Service"]))
        )
    except UnknownError:
        return False


def arn_of(it: Subject, resource: str) -> str:
    """Its ARN, or one of this form where it has none yet: ``ecr:repository/{label}``."""
    if it.name.startswith("arn:"):
        return it.name
    service, _, rest = resource.partition(":")
    account = it.number
    return f"arn:aws:{service}:{it.region or SOMEWHERE}:{account}:{rest.format(label=it.label)}"


def accounts_of(statement: Mapping[str, Any]) -> set[str]:
    """The accounts that a statement names."""
    found = set()
    for one in principals_of(statement):
        text = one.split(":")[4] if one.startswith("arn:") and one.count(":") > 4 else one
        if text.isdigit() and len(text) == 12:
            found.add(text)
    return found
