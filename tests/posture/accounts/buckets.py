"""Buckets: public by list or policy, or only as if; versioned, logged, encrypted, or not."""

from collections.abc import Mapping
from typing import Any, Final

from tests.posture.accounts.making import REGION, Making, Specimen, allow, deny, policy

KIND: Final = "aws-s3-bucket"
BLOCK: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_WORLD: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
_SIGNED_IN: Final = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


def _bucket(
    making: Making,
    name: str,
    *,
    block: Mapping[str, bool] | None = None,
    ownership: str = "BucketOwnerEnforced",
    versioned: bool = True,
    policies: tuple[dict[str, Any], ...] = (),
    tls: bool = True,
    grant: str = "",
    permission: str = "READ",
) -> None:
    s3 = making.client("s3")
    s3.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectOwnership=ownership,
    )
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={one: bool((block or {}).get(one)) for one in BLOCK},
    )
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if grant:
        owner = s3.get_bucket_acl(Bucket=name)["Owner"]
        grantee = {"Type": "Group", "URI": grant}
        s3.put_bucket_acl(
            Bucket=name,
            AccessControlPolicy={
                "Owner": owner,
                "Grants": [{"Grantee": grantee, "Permission": permission}],
            },
        )
    statements = list(policies)
    if tls:
        statements.append(_tls(name))
    if statements:
        s3.put_bucket_policy(Bucket=name, Policy=policy(*statements))


def _both(name: str) -> list[str]:
    return [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]


def _tls(name: str) -> dict[str, Any]:
    told = {"Bool": {"aws:SecureTransport": "false"}}
    return deny("s3:*", _both(name), Principal="*", Condition=told)


def _open(name: str, **more: Any) -> dict[str, Any]:
    return allow("s3:GetObject", f"arn:aws:s3:::{name}/*", **{"Principal": "*", **more})


def private(making: Making, name: str) -> None:
    _bucket(making, name, block=dict.fromkeys(BLOCK, True))


def public_by_list(making: Making, name: str) -> None:
    _bucket(making, name, ownership="ObjectWriter", grant=_WORLD)


def writable_by_list(making: Making, name: str) -> None:
    _bucket(making, name, ownership="ObjectWriter", grant=_WORLD, permission="WRITE")


def list_is_ignored(making: Making, name: str) -> None:
    block = {"IgnorePublicAcls": True}
    _bucket(making, name, ownership="ObjectWriter", grant=_WORLD, block=block)


def list_has_no_effect(making: Making, name: str) -> None:
    """A list that was public before the bucket's owner took all lists out of force."""
    _bucket(making, name, ownership="ObjectWriter", grant=_WORLD)
    making.client("s3").put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def open_to_all_accounts(making: Making, name: str) -> None:
    """Everyone who has any account of AWS, which is everyone."""
    _bucket(making, name, ownership="ObjectWriter", grant=_SIGNED_IN)


def public_by_policy(making: Making, name: str) -> None:
    _bucket(making, name, policies=(_open(name),))


def public_by_anyone_of_aws(making: Making, name: str) -> None:
    _bucket(making, name, policies=(_open(name, Principal={"AWS": ["*"]}),))


def public_but_for_one(making: Making, name: str) -> None:
    """Allow with NotPrincipal: everyone but one."""
    statement = _open(name)
    del statement["Principal"]
    statement["NotPrincipal"] = {"AWS": f"arn:aws:iam::{making.account}:root"}
    _bucket(making, name, policies=(statement,))


def any_endpoint(making: Making, name: str) -> None:
    """A condition that every request from any VPC fulfils."""
    told = {"StringLike": {"aws:SourceVpce": "*"}}
    _bucket(making, name, policies=(_open(name, Condition=told),))


def halves_of_the_world(making: Making, name: str) -> None:
    """Two statements, each of which lets in half of all addresses."""
    halves = (
        _open(name, Sid="a", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}),
        _open(name, Sid="b", Condition={"IpAddress": {"aws:SourceIp": "128.0.0.0/1"}}),
    )
    _bucket(making, name, policies=halves)


def one_endpoint(making: Making, name: str) -> None:
    told = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
    _bucket(making, name, policies=(_open(name, Condition=told),))


def one_office(making: Making, name: str) -> None:
    told = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    _bucket(making, name, policies=(_open(name, Condition=told),))


def one_organisation(making: Making, name: str) -> None:
    told = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    _bucket(making, name, policies=(_open(name, Condition=told),))


def open_and_denied(making: Making, name: str) -> None:
    """What one statement allows to all, another denies to all."""
    denied = deny("s3:*", _both(name), Principal="*")
    _bucket(making, name, policies=(_open(name), denied), tls=False)


def policy_is_restricted(making: Making, name: str) -> None:
    block = {"RestrictPublicBuckets": True}
    _bucket(making, name, policies=(_open(name),), block=block)


def nothing_about_tls(making: Making, name: str) -> None:
    _bucket(making, name, tls=False)


def half_of_tls(making: Making, name: str) -> None:
    """Reading needs TLS, writing does not."""
    told = {"Bool": {"aws:SecureTransport": "false"}}
    only = deny("s3:GetObject", f"arn:aws:s3:::{name}/*", Principal="*", Condition=told)
    _bucket(making, name, tls=False, policies=(only,))


def tls_of_one(making: Making, name: str) -> None:
    """One user needs TLS, all others do not."""
    told = {"Bool": {"aws:SecureTransport": "false"}}
    who = {"AWS": f"arn:aws:iam::{making.account}:user/ada"}
    only = deny("s3:*", _both(name), Principal=who, Condition=told)
    _bucket(making, name, tls=False, policies=(only,))


def never_versioned(making: Making, name: str) -> None:
    _bucket(making, name, versioned=False)


def no_more_versioned(making: Making, name: str) -> None:
    _bucket(making, name)
    making.client("s3").put_bucket_versioning(
        Bucket=name, VersioningConfiguration={"Status": "Suspended"}
    )


PUBLIC, LIST, TLS = "bucket-public", "bucket-public-by-list", "bucket-without-tls"
VERSIONS, BLOCKED = "bucket-without-versions", "bucket-without-block"
_SOUND: Final = {PUBLIC: False, LIST: False}
_BY_LIST: Final = {PUBLIC: True, LIST: True}
_BY_POLICY: Final = {PUBLIC: True, LIST: False}
SPECIMENS: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    private: _SOUND | {TLS: False, VERSIONS: False, BLOCKED: False},
    public_by_list: _BY_LIST | {TLS: False},
    writable_by_list: _BY_LIST,
    list_is_ignored: _SOUND,
    list_has_no_effect: _SOUND,
    open_to_all_accounts: _BY_LIST,
    public_by_policy: _BY_POLICY | {TLS: False, BLOCKED: True},
    public_by_anyone_of_aws: _BY_POLICY,
    public_but_for_one: _BY_POLICY,
    any_endpoint: _BY_POLICY,
    halves_of_the_world: _BY_POLICY,
    one_endpoint: _SOUND,
    one_office: _SOUND,
    one_organisation: _SOUND,
    open_and_denied: _SOUND,
    policy_is_restricted: _SOUND | {BLOCKED: True},
    nothing_about_tls: _SOUND | {TLS: True, BLOCKED: True},
    half_of_tls: _SOUND | {TLS: True},
    tls_of_one: _SOUND | {TLS: True},
    never_versioned: _SOUND | {VERSIONS: True, TLS: False},
    no_more_versioned: _SOUND | {VERSIONS: True},
}
SHIELDED: Final[Mapping[str, bool]] = {PUBLIC: False, BLOCKED: False}
"""What no bucket has where the account blocks public access, whatever it says by itself."""
