"""Events of CloudTrail's, as far as filters look at them."""

from typing import Any, Final

Sample = dict[str, Any]
_USER: Final = {"type": "IAMUser", "userName": "deploy", "accountId": "111122223333"}
ORDINARY: Final[tuple[Sample, ...]] = (
    {
        "eventName": "DescribeInstances",
        "eventSource": "ec2.amazonaws.com",
        "eventType": "AwsApiCall",
        "userIdentity": _USER,
        "sourceIPAddress": "198.51.100.7",
        "readOnly": True,
    },
)
"""What happens all day: who is told of this, too, is told of nothing."""


def called(service: str, *names: str) -> tuple[Sample, ...]:
    """Calls of a service that were answered, by the names of what was called."""
    return tuple(
        {
            "eventName": name,
            "eventSource": f"{service}.amazonaws.com",
            "eventType": "AwsApiCall",
            "userIdentity": _USER,
            "sourceIPAddress": "198.51.100.7",
            "readOnly": False,
        }
        for name in names
    )


def refused(*codes: str) -> tuple[Sample, ...]:
    """Calls that were refused, with these codes of errors."""
    (one,) = called("ec2", "RunInstances")
    return tuple(one | {"errorCode": code, "errorMessage": "not authorized"} for code in codes)


def signed_in(**more: Any) -> Sample:
    """Somebody signs in to the console."""
    return {
        "eventName": "ConsoleLogin",
        "eventSource": "signin.amazonaws.com",
        "eventType": "AwsConsoleSignIn",
        "userIdentity": _USER,
        "sourceIPAddress": "198.51.100.7",
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {"MFAUsed": "Yes"},
    } | more
