"""What a role's trust policy lets in, for checks that ask one thing of it each."""

from collections.abc import Mapping
from typing import Any

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import Subject
from ringwall.posture.checks.aws.controlled import within_controls
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.trust import Trusted, Weakness, trusted


def weak(it: Subject, weakness: Weakness) -> tuple[list[Trusted], str]:
    """Those that a role lets in with this weakness, and which control policy keeps them out.

    ``UnknownError`` where that cannot be told.
    """
    details: Mapping[str, Any] = it.read("details")
    document = read(
        details.get("AssumeRolePolicyDocument"), name=f"trust policy of {it.label}", kind=Kind.TRUST
    )
    role = it.name if it.name.startswith("arn:") else f"arn:aws:iam::{it.number}:role/{it.label}"

    def open_within(controls: Controls) -> list[Trusted]:
        found = trusted(document, role, account=it.number, rcps=controls.rcps)
        unknown = [one for one in found if one.decision.outcome is Outcome.UNKNOWN]
        return [one for one in found if one.weakness is weakness] or unknown

    found, kept_out = within_controls(it, open_within)
    if found and found[0].weakness is not weakness:
        raise UnknownError(found[0].decision.why)
    return found, kept_out


def trusts(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """The details of a role of a case that trusts somebody."""
    one = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    written = {"Version": "2012-10-17", "Statement": [one]}
    return {"RoleName": "it", "AssumeRolePolicyDocument": written}
