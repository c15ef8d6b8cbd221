"""What strangers may do with a bucket: policy, access list, ownership, public access blocks.

Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership
of objects". Each part of the block counts where the account or the bucket has it on.
"""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed, without_public_principals
from ringwall.posture.permissions.statements import Document, Effect, Kind

_GROUPS: Final = "http://acs.amazonaws.com/groups/global/"
_PERMITTED: Final = {
    "READ": ("s3:ListBucket",),
    "WRITE": ("s3:PutObject", "s3:DeleteObject"),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
_SIGNED: Final = {"Null": {"aws:PrincipalAccount": "false"}}
"""Whoever is signed in, which AuthenticatedUsers are: those of every account there is."""


def bucket_exposed(
    arn: str,
    *,
    account: str,
    policy: object = None,
    acl: Mapping[str, Any] | None = None,
    ownership: str = "",
    bucket_block: Mapping[str, Any] | None = None,
    account_block: Mapping[str, Any] | None = None,
    rcps: tuple[tuple[Document, ...], ...] = (),
) -> list[Exposed]:
    """What strangers may do with a bucket and what is in it, all considered.

    ``policy`` is the document, ``None`` where there is none; ``acl`` what GetBucketAcl answers;
    ``ownership`` the rule's ObjectOwnership; the blocks are what GetPublicAccessBlock answers
    within PublicAccessBlockConfiguration, ``None`` where there is none. All have to be known.
    """

    def blocks(part: str) -> bool:
        return any((one or {}).get(part) is True for one in (bucket_block, account_block))

    name = arn.rpartition(":")[2]
    written = Document(f"policy of {name}", Kind.RESOURCE)
    if policy is not None:
        written = read(policy, name=f"policy of {name}", kind=Kind.RESOURCE)
    resources = (f"{arn}/*", arn)
    found = exposed(written, resources, account=account, rcps=rcps)
    if blocks("RestrictPublicBuckets"):
        found = without_public_principals(found)
    if ownership != "BucketOwnerEnforced" and not blocks("IgnorePublicAcls"):
        listed = _of_acl(acl or {}, arn, name)
        denies = tuple(one for one in written.statements if one.effect is Effect.DENY)
        document = Document(listed.name, Kind.RESOURCE, (*denies, *listed.statements))
        more = exposed(document, resources, account=account, rcps=rcps)
        known = {(one.stranger, one.action) for one in found}
        found += [one for one in more if (one.stranger, one.action) not in known]
    return found


def _of_acl(acl: Mapping[str, Any], arn: str, name: str) -> Document:
    """The grants to everybody as the statements that they are worth."""
    statements = []
    for grant in acl.get("Grants", ()):
        uri = str((grant.get("Grantee") or {}).get("URI", ""))
        permission = grant.get("Permission", "")
        actions = _PERMITTED.get(permission, ())
        if permission == "FULL_CONTROL":
            actions = tuple(action for several in _PERMITTED.values() for action in several)
        if not actions or uri not in {f"{_GROUPS}AllUsers", f"{_GROUPS}AuthenticatedUsers"}:
            continue
        signed = uri.endswith("AuthenticatedUsers")
        statements.append(
            {
                "Sid": uri.rpartition("/")[2],
                "Effect": "Allow",
                "Principal": "*",
                "Action": list(actions),
                "Resource": [arn, f"{arn}/*"],
                **({"Condition": _SIGNED} if signed else {}),
            }
        )
    return read(
        {"Version": "2012-10-17", "Statement": statements},
        name=f"access list of {name}",
        kind=Kind.RESOURCE,
    )
