"""Techniques by IAM, STS and the identity center alone: nothing has to run."""

from dataclasses import replace
from typing import Final

from ringwall.posture.permissions.techniques import (
    Gain,
    On,
    Target,
    Technique,
    making,
    needs,
)

_ALL: Final = Gain.EVERYTHING
_NEW_USER: Final = "arn:aws:iam::{account}:user/*"
_NEW_ROLE: Final = "arn:aws:iam::{account}:role/*"
_NEW_GROUP: Final = "arn:aws:iam::{account}:group/*"


def _self(
    name: str,
    does: str,
    on: On,
    *actions: str,
    gain: Gain = _ALL,
    users: bool = True,
    roles: bool = True,
    known_as: tuple[str, ...] = (),
    others: str = "",
) -> Technique:
    return Technique(
        name,
        does,
        Target.SELF,
        needs(on, *actions),
        gain,
        users=users,
        roles=roles,
        known_as=known_as,
        to_others=others,
    )


def _user(
    name: str, does: str, *actions: str, gain: Gain = Gain.AS_TARGET, known_as: str = ""
) -> Technique:
    return Technique(
        name,
        does,
        Target.USER,
        needs(On.TARGET, *actions),
        gain,
        known_as=tuple(filter(None, [known_as])),
    )


def _role(
    name: str,
    does: str,
    *actions: str,
    trusted: bool,
    policy: bool = False,
    gain: Gain = _ALL,
    known_as: str = "",
) -> Technique:
    on_policy = needs(On.TARGET_POLICY, "iam:CreatePolicyVersion") if policy else ()
    return Technique(
        name,
        does,
        Target.ROLE,
        (*on_policy, *needs(On.TARGET, *actions)),
        gain,
        needs_trust=trusted,
        known_as=tuple(filter(None, [known_as])),
    )


SELF: Final = (
    _self(
        "iam-create-policy-version",
        "writes a new version of a policy it has",
        On.OWN_POLICY,
        "iam:CreatePolicyVersion",
        others="writes a new version of a policy of {target}",
        known_as=("pathfinding:iam-001", "rhino:1"),
    ),
    _self(
        "iam-set-default-policy-version",
        "puts another version of a policy it has into force",
        On.OWN_POLICY,
        "iam:SetDefaultPolicyVersion",
        others="puts another version of a policy of {target} into force",
        gain=Gain.OTHER_VERSION,
        known_as=("rhino:2",),
    ),
    _self(
        "iam-put-user-policy",
        "writes itself a policy",
        On.SELF,
        "iam:PutUserPolicy",
        others="writes {target} a policy",
        roles=False,
        known_as=("pathfinding:iam-007", "rhino:10"),
    ),
    _self(
        "iam-attach-user-policy",
        "attaches a policy to itself",
        On.SELF,
        "iam:AttachUserPolicy",
        others="attaches a policy to {target}",
        roles=False,
        known_as=("pathfinding:iam-008", "rhino:7"),
    ),
    _self(
        "iam-put-role-policy",
        "writes itself a policy",
        On.SELF,
        "iam:PutRolePolicy",
        others="writes {target} a policy",
        users=False,
        known_as=("pathfinding:iam-005", "rhino:12"),
    ),
    _self(
        "iam-attach-role-policy",
        "attaches a policy to itself",
        On.SELF,
        "iam:AttachRolePolicy",
        others="attaches a policy to {target}",
        users=False,
        known_as=("pathfinding:iam-009", "rhino:9"),
    ),
    _self(
        "iam-put-group-policy",
        "writes a group of its own a policy",
        On.OWN_GROUP,
        "iam:PutGroupPolicy",
        others="writes a group of {target} a policy",
        roles=False,
        known_as=("pathfinding:iam-011", "rhino:11"),
    ),
    _self(
        "iam-attach-group-policy",
        "attaches a policy to a group of its own",
        On.OWN_GROUP,
        "iam:AttachGroupPolicy",
        others="attaches a policy to a group of {target}",
        roles=False,
        known_as=("pathfinding:iam-010", "rhino:8"),
    ),
    _self(
        "iam-delete-user-permissions-boundary",
        "takes its own boundary away",
        On.SELF,
        "iam:DeleteUserPermissionsBoundary",
        others="takes the boundary of {target} away",
        gain=Gain.UNBOUNDED,
        roles=False,
    ),
    _self(
        "iam-put-user-permissions-boundary",
        "gives itself a wider boundary",
        On.SELF,
        "iam:PutUserPermissionsBoundary",
        others="gives {target} a wider boundary",
        gain=Gain.UNBOUNDED,
        roles=False,
    ),
    _self(
        "iam-delete-role-permissions-boundary",
        "takes its own boundary away",
        On.SELF,
        "iam:DeleteRolePermissionsBoundary",
        others="takes the boundary of {target} away",
        gain=Gain.UNBOUNDED,
        users=False,
    ),
    _self(
        "iam-put-role-permissions-boundary",
        "gives itself a wider boundary",
        On.SELF,
        "iam:PutRolePermissionsBoundary",
        others="gives {target} a wider boundary",
        gain=Gain.UNBOUNDED,
        users=False,
    ),
    _self(
        "iam-create-boundary-version",
        "writes a new version of the policy that bounds it",
        On.OWN_BOUNDARY,
        "iam:CreatePolicyVersion",
        others="writes a new version of the policy that bounds {target}",
        gain=Gain.UNBOUNDED,
    ),
    *(
        _self(
            name,
            "takes a policy away that denies it something",
            on,
            action,
            others="takes a policy from {target} that denies it something",
            gain=Gain.WITHOUT_DENY,
            users=users,
            roles=not users,
        )
        for name, action, on, users in (
            ("iam-delete-user-policy", "iam:DeleteUserPolicy", On.SELF, True),
            ("iam-detach-user-policy", "iam:DetachUserPolicy", On.SELF, True),
            ("iam-delete-role-policy", "iam:DeleteRolePolicy", On.SELF, False),
            ("iam-detach-role-policy", "iam:DetachRolePolicy", On.SELF, False),
            ("iam-delete-group-policy", "iam:DeleteGroupPolicy", On.OWN_GROUP, True),
            ("iam-detach-group-policy", "iam:DetachGroupPolicy", On.OWN_GROUP, True),
            ("iam-remove-user-from-group", "iam:RemoveUserFromGroup", On.OWN_GROUP, True),
        )
    ),
    Technique(
        "iam-add-user-to-group",
        "joins {target}",
        Target.GROUP,
        needs(On.TARGET, "iam:AddUserToGroup"),
        roles=False,
        to_others="has {target} join {group}",
        known_as=("pathfinding:iam-013", "rhino:13"),
    ),
)
USERS: Final = (
    _user(
        "iam-create-access-key",
        "makes keys of {target}",
        "iam:CreateAccessKey",
        known_as="pathfinding:iam-002",
    ),
    _user(
        "iam-replace-access-key",
        "deletes a key of {target} that has two, and makes another",
        "iam:DeleteAccessKey",
        "iam:CreateAccessKey",
        known_as="pathfinding:iam-003",
    ),
    _user(
        "iam-create-login-profile",
        "gives {target} a password",
        "iam:CreateLoginProfile",
        known_as="pathfinding:iam-004",
    ),
    _user(
        "iam-update-login-profile",
        "changes the password of {target}",
        "iam:UpdateLoginProfile",
        known_as="pathfinding:iam-006",
    ),
    _user(
        "iam-attach-user-policy-and-create-access-key",
        "attaches a policy to {target} and makes keys of it",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        gain=_ALL,
        known_as="pathfinding:iam-015",
    ),
    _user(
        "iam-put-user-policy-and-create-access-key",
        "writes {target} a policy and makes keys of it",
        "iam:PutUserPolicy",
        "iam:CreateAccessKey",
        gain=_ALL,
        known_as="pathfinding:iam-018",
    ),
    *(
        Technique(
            name,
            f"{does} and makes keys of it",
            Target.USER,
            (*needs(on, action), *needs(On.TARGET, "iam:CreateAccessKey")),
            _ALL,
        )
        for name, does, on, action in (
            (
                "iam-put-group-policy-and-create-access-key",
                "writes a group of {target} a policy",
                On.TARGET_GROUP,
                "iam:PutGroupPolicy",
            ),
            (
                "iam-attach-group-policy-and-create-access-key",
                "attaches a policy to a group of {target}",
                On.TARGET_GROUP,
                "iam:AttachGroupPolicy",
            ),
            (
                "iam-create-policy-version-and-create-access-key",
                "writes a new version of a policy of {target}",
                On.TARGET_POLICY,
                "iam:CreatePolicyVersion",
            ),
        )
    ),
)
ROLES: Final = (
    _role(
        "sts-assume-role",
        "assumes {target}",
        "sts:AssumeRole",
        trusted=True,
        gain=Gain.AS_TARGET,
        known_as="pathfinding:sts-001",
    ),
    _role(
        "iam-update-assume-role-policy",
        "has {target} trust it",
        "iam:UpdateAssumeRolePolicy",
        trusted=False,
        gain=Gain.AS_TARGET,
        known_as="pathfinding:iam-012",
    ),
    _role(
        "iam-attach-role-policy-and-assume",
        "attaches a policy to {target} and assumes it",
        "iam:AttachRolePolicy",
        "sts:AssumeRole",
        trusted=True,
        known_as="pathfinding:iam-014",
    ),
    _role(
        "iam-put-role-policy-and-assume",
        "writes {target} a policy and assumes it",
        "iam:PutRolePolicy",
        "sts:AssumeRole",
        trusted=True,
        known_as="pathfinding:iam-017",
    ),
    _role(
        "iam-create-policy-version-and-assume",
        "writes a new version of a policy of {target} and assumes it",
        "sts:AssumeRole",
        trusted=True,
        policy=True,
        known_as="pathfinding:iam-016",
    ),
    _role(
        "iam-attach-role-policy-and-update-trust",
        "attaches a policy to {target} and has it trust it",
        "iam:AttachRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        trusted=False,
        known_as="pathfinding:iam-019",
    ),
    _role(
        "iam-create-policy-version-and-update-trust",
        "writes a new version of a policy of {target} and has it trust it",
        "iam:UpdateAssumeRolePolicy",
        trusted=False,
        policy=True,
        known_as="pathfinding:iam-020",
    ),
    _role(
        "iam-put-role-policy-and-update-trust",
        "writes {target} a policy and has it trust it",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        trusted=False,
        known_as="pathfinding:iam-021",
    ),
)


def _new(name: str, does: str, template: str, *actions: str) -> Technique:
    return Technique(name, does, Target.NEW, making(template, *actions), _ALL)


def _by_center(name: str, does: str, template: str, *actions: str) -> Technique:
    return replace(_new(name, does, template, *actions), needs_center=True)


NEW: Final = (
    _new(
        "iam-create-role-and-attach-policy",
        "makes a role with every permission that trusts it",
        _NEW_ROLE,
        "iam:CreateRole",
        "iam:AttachRolePolicy",
    ),
    _new(
        "iam-create-role-and-put-policy",
        "makes a role with every permission that trusts it",
        _NEW_ROLE,
        "iam:CreateRole",
        "iam:PutRolePolicy",
    ),
    _new(
        "iam-create-user-and-attach-policy",
        "makes a user with every permission, and keys",
        _NEW_USER,
        "iam:CreateUser",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
    ),
    _new(
        "iam-create-user-and-put-policy",
        "makes a user with every permission, and keys",
        _NEW_USER,
        "iam:CreateUser",
        "iam:PutUserPolicy",
        "iam:CreateAccessKey",
    ),
    Technique(
        "iam-create-user-and-add-to-group",
        "makes a user that joins {target}, and keys",
        Target.MEMBER,
        (
            *needs(On.TARGET, "iam:AddUserToGroup"),
            *making(_NEW_USER, "iam:CreateUser", "iam:CreateAccessKey"),
        ),
    ),
    Technique(
        "iam-create-group-and-join",
        "makes a group with every permission, and joins it",
        Target.NEW,
        (
            *making(_NEW_GROUP, "iam:CreateGroup", "iam:AddUserToGroup"),
            *making(_NEW_GROUP, "iam:AttachGroupPolicy"),
        ),
        _ALL,
        roles=False,
    ),
    _by_center(
        "sso-put-inline-policy",
        "writes a permission set of the identity center a policy",
        "arn:aws:sso:::permissionSet/*",
        "sso:PutInlinePolicyToPermissionSet",
        "sso:ProvisionPermissionSet",
    ),
    _by_center(
        "sso-attach-managed-policy",
        "attaches a policy to a permission set of the identity center",
        "arn:aws:sso:::permissionSet/*",
        "sso:AttachManagedPolicyToPermissionSet",
        "sso:ProvisionPermissionSet",
    ),
    _by_center(
        "sso-create-account-assignment",
        "assigns a permission set of the identity center to somebody",
        "arn:aws:sso:::*",
        "sso:CreateAccountAssignment",
    ),
    _by_center(
        "identitystore-create-group-membership",
        "puts somebody into a group of the identity center",
        "arn:aws:identitystore:::*",
        "identitystore:CreateGroupMembership",
    ),
)
PROVIDERS: Final = (
    Technique(
        "iam-update-saml-provider",
        "vouches by a SAML provider of its own making for whoever takes {target}",
        Target.EVERYBODY,
        making("arn:aws:iam::{account}:saml-provider/*", "iam:UpdateSAMLProvider"),
    ),
    Technique(
        "iam-update-oidc-thumbprint",
        "has an OpenID provider trusted with its own certificate, and takes {target}",
        Target.EVERYBODY,
        making(
            "arn:aws:iam::{account}:oidc-provider/*", "iam:UpdateOpenIDConnectProviderThumbprint"
        ),
    ),
)
IAM: Final = (*SELF, *USERS, *ROLES, *NEW, *PROVIDERS)
