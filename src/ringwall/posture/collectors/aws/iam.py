"""IAM: everybody and every policy at once, the credential report, and what holds for all."""

import csv
import json
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any, Final
from urllib.parse import unquote

from ringwall.posture.collecting.shape import (
    Detail,
    Item,
    Listing,
    Ready,
    Where,
    Within,
    described,
    first,
    joined,
    tags_of,
    whole,
)
from ringwall.posture.snapshot.snapshot import Seen

_LISTS: Final = {
    "UserDetailList": ("aws-iam-user", "UserName"),
    "GroupDetailList": ("aws-iam-group", "GroupName"),
    "RoleDetailList": ("aws-iam-role", "RoleName"),
    "Policies": ("aws-iam-policy", "PolicyName"),
}
_DOCUMENTS: Final = {"PolicyDocument", "AssumeRolePolicyDocument", "Document"}


def _authorized(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for member, (kind, label) in _LISTS.items():
        for one in page.get(member) or ():
            yield Item(
                kind=kind,
                name=one["Arn"],
                label=one.get(label) or one["Arn"].rpartition("/")[2],
                region="",
                tags=tags_of(one.get("Tags")),
                aspects={"details": _decoded(one)},
            )


def _roles(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """How long sessions of roles may last, which only this call tells of all of them."""
    for one in page.get("Roles") or ():
        told = {"MaxSessionDuration": one.get("MaxSessionDuration")}
        yield Item(
            kind="aws-iam-role",
            name=one["Arn"],
            label=one["RoleName"],
            region="",
            aspects={"session": told},
        )


def _decoded(value: Any) -> Any:
    """The same with policies as what they say, where they were told as encoded texts.

    What is no JSON stays a text: who reads it says that it cannot be understood.
    """
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _document(one) if name in _DOCUMENTS else _decoded(one) for name, one in value.items()
    }


def _document(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    plain = unquote(text) if text.lstrip().startswith("%7B") else text
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        return plain


def _report(pages: list[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The rows of the credential report by ARN."""
    content = pages[0]["Content"]
    text = content.decode() if isinstance(content, bytes) else str(content)
    return {row["arn"]: dict(row) for row in csv.DictReader(StringIO(text))}


def _of_account(aspect: str, call: str, pick: Any, *absent: str, **more: Any) -> Detail:
    return Detail(
        kind="aws-account",
        aspect=aspect,
        call=f"iam:{call}",
        arguments=lambda _: {},
        pick=pick,
        absent=frozenset(absent),
        **more,
    )


def _arn(seen: Seen) -> Mapping[str, Any]:
    return {"OpenIDConnectProviderArn": seen.found.name}


LISTINGS: Final = (
    Listing(
        kinds=("aws-iam-user", "aws-iam-group", "aws-iam-role", "aws-iam-policy"),
        call="iam:GetAccountAuthorizationDetails",
        read=_authorized,
        within=Within.ACCOUNT,
        arguments={"MaxItems": 1000},
        told=tuple(f"{kind}.details" for kind, _ in _LISTS.values()),
    ),
    Listing(
        kinds=(),
        told=("aws-iam-role.session",),
        call="iam:ListRoles",
        read=_roles,
        within=Within.ACCOUNT,
        arguments={"MaxItems": 1000},
    ),
    described(
        "aws-iam-server-certificate",
        "iam:ListServerCertificates",
        "ServerCertificateMetadataList",
        "Arn",
        "ServerCertificateName",
        within=Within.ACCOUNT,
    ),
    described(
        "aws-iam-oidc-provider",
        "iam:ListOpenIDConnectProviders",
        "OpenIDConnectProviderList",
        "Arn",
        "Arn",
        within=Within.ACCOUNT,
    ),
    described(
        "aws-iam-saml-provider",
        "iam:ListSAMLProviders",
        "SAMLProviderList",
        "Arn",
        "Arn",
        within=Within.ACCOUNT,
    ),
)
DETAILS: Final = (
    _of_account("summary", "GetAccountSummary", first("SummaryMap")),
    _of_account(
        "password_policy", "GetAccountPasswordPolicy", first("PasswordPolicy"), "NoSuchEntity"
    ),
    _of_account("virtual_mfa", "ListVirtualMFADevices", joined("VirtualMFADevices")),
    _of_account(
        "credential_report",
        "GetCredentialReport",
        _report,
        ready=Ready(
            call="iam:GenerateCredentialReport",
            is_done=lambda page: page.get("State") == "COMPLETE",
        ),
    ),
    Detail(
        kind="aws-iam-oidc-provider",
        aspect="provider",
        call="iam:GetOpenIDConnectProvider",
        arguments=_arn,
        pick=whole,
    ),
)
