"""Ask for long passwords, and for new ones."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import resource

MENDS: Final = ("aws-iam-password-length", "aws-iam-password-reuse", "aws-iam-password-change")
_MEMBERS: Final = (
    "MinimumPasswordLength",
    "RequireSymbols",
    "RequireNumbers",
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
    "MaxPasswordAge",
    "PasswordReusePrevention",
    "HardExpiry",
)


def plan(it: Subject, world: World) -> Draft:
    """What is stricter already stays."""
    before = it.read("password_policy")
    kept = {name: before[name] for name in _MEMBERS if before and before.get(name)}
    on = kept | {
        "MinimumPasswordLength": max(14, int(kept.get("MinimumPasswordLength", 0))),
        "PasswordReusePrevention": 24,
        "AllowUsersToChangePassword": True,
    }
    do = Call(
        call="iam:UpdateAccountPasswordPolicy", arguments=on, words="ask for better passwords"
    )
    made = on | {"ExpirePasswords": bool(on.get("MaxPasswordAge"))}
    undo = (
        Call(call="iam:DeleteAccountPasswordPolicy", arguments={}, words="remove the policy again")
        if before is None
        else Call(
            call="iam:UpdateAccountPasswordPolicy",
            arguments=kept,
            words="put the policy back as it was",
        )
    )
    names = {
        "MinimumPasswordLength": "minimum_password_length",
        "PasswordReusePrevention": "password_reuse_prevention",
        "AllowUsersToChangePassword": "allow_users_to_change_password",
    }
    return Draft(
        changes=tuple(
            f"{name}: {kept.get(name, 'not set')} → {on[name]}"
            for name in names
            if kept.get(name) != on[name]
        ),
        steps=(Step(do=do, undo=(undo,), makes={"password_policy": made}),),
        warning="it holds for the next password of each user, not for those there are",
        terraform=resource(
            "aws_iam_account_password_policy",
            "account",
            {written: on[name] for name, written in names.items()},
        ),
    )
