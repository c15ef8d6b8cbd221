"""Cases of checks that ask which services somebody is allowed and does not use."""

from collections.abc import Callable
from typing import Any

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    case,
)
from ringwall.posture.checks.aws.identities import allow, attached, managed
from ringwall.posture.checks.aws.used import ago

_S3 = {
    "ServiceNamespace": "s3",
    "LastAuthenticated": ago(3),
    "TrackedActionsLastAccessed": [
        {"ActionName": "GetObject", "LastAccessedTime": ago(3)},
        {"ActionName": "PutObject"},
    ],
}
_EC2: dict[str, Any] = {"ServiceNamespace": "ec2"}
_LONG_AGO = {"ServiceNamespace": "ec2", "LastAuthenticated": ago(120)}


def cases_of_services(
    name: str, details: Callable[..., dict[str, Any]], policies: str
) -> tuple[Case, ...]:
    """Cases of users, groups or roles.

    ``details`` makes what is told of one from statements; ``policies`` is where they stand in it.
    """

    def old(*statements: Any, **more: Any) -> dict[str, Any]:
        return details(*statements, **{"CreateDate": ago(400)} | more)

    return (
        case("used", PASS, name=name, details=old(allow("s3:*")), last_accessed=[_S3]),
        case(
            "never used",
            FAIL,
            name=name,
            details=old(allow("s3:*", "ec2:*")),
            last_accessed=[_S3, _EC2],
        ),
        case(
            "used long ago",
            FAIL,
            name=name,
            details=old(allow("s3:*", "ec2:*")),
            last_accessed=[_S3, _LONG_AGO],
        ),
        case("everything", FAIL, name=name, details=old(allow("*")), last_accessed=[_S3, _EC2]),
        case(
            "an action that is named",
            FAIL,
            name=name,
            details=old(allow("s3:GetObject", "s3:PutObject")),
            last_accessed=[_S3],
        ),
        case(
            "an action that is not tracked",
            PASS,
            name=name,
            details=old(allow("s3:GetObject", "s3:HeadAny")),
            last_accessed=[_S3],
        ),
        case(
            "a service that AWS does not tell of",
            PASS,
            name=name,
            details=old(allow("s3:*", "any0:*")),
            last_accessed=[_S3],
        ),
        case(
            "passing a role is not tracked",
            PASS,
            name=name,
            details=old(allow("s3:*", "iam:PassRole")),
            last_accessed=[_S3, {"ServiceNamespace": "iam"}],
        ),
        case(
            "attached",
            FAIL,
            managed(allow("s3:*", "ec2:*")),
            name=name,
            details=old(**attached()),
            last_accessed=[_S3, _EC2],
        ),
        case(
            "attached and not read",
            UNKNOWN,
            name=name,
            details=old(**attached()),
            last_accessed=[_S3],
        ),
        case(
            "made lately",
            PASS,
            name=name,
            details=old(allow("*"), CreateDate=ago(5)),
            last_accessed=[_S3, _EC2],
        ),
        case("nothing of its own", PASS, name=name, details=old(), last_accessed=[]),
        case("AWS tells nothing", UNKNOWN, name=name, details=old(allow("s3:*")), last_accessed=[]),
        case(
            "nothing was used", PASS, name=name, details=old(allow("ec2:*")), last_accessed=[_EC2]
        ),
        case(
            "no JSON",
            UNKNOWN,
            name=name,
            details=old(**{policies: [{"PolicyName": "p", "PolicyDocument": "{"}]}),
            last_accessed=[_S3],
        ),
        case(
            "what was used may not be read",
            UNKNOWN,
            name=name,
            details=old(allow("*")),
            last_accessed=DENIED,
        ),
        case(
            "what it may do may not be read",
            UNKNOWN,
            name=name,
            details=DENIED,
            last_accessed=[_S3],
        ),
        case("in code", NOT_JUDGED, name="terraform:main.tf:me", details=old(allow("*"))),
    )
