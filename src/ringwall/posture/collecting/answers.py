"""What an answer of AWS means that is no answer: denied, too fast, over soon, or no longer allowed.

AWS's own list of common errors, and what its services add to that:
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.observations import State

DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "403",
        "NotAuthorized",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
        "UnauthorizedException",
        "Client.UnauthorizedOperation",
        "KMSAccessDeniedException",
        "EC2ThrottledDenied",
    }
)
THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "PriorRequestNotComplete",
        "SlowDown",
        "EC2ThrottledException",
        "429",
    }
)
PASSING: Final = frozenset(
    {
        "500",
        "502",
        "503",
        "504",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "RequestTimeout",
        "RequestTimeoutException",
        "InternalServiceException",
        "InternalException",
    }
)
ENDED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
    }
)
"""The credentials are not, or no more, good for anything; in one region only: it is off."""

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})
"""Of these, those that no region will answer otherwise."""
_ASSUMES: Final = "AssumeRole"
_PROXY: Final = "is there a proxy on the way that answers in AWS's place?"
SKEWED: Final = frozenset({"RequestExpired", "RequestTimeTooSkewed"})
_OTHER_TIME: Final = ("Signature expired", "Signature not yet current")
"""How services without such a code say that the clock is wrong."""
_SIGNED: Final = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
_OFF: Final = "is the region switched on for this account? else the credentials are wrong"
_DENIED_STATUS: Final = frozenset({"401", "403"})


class CredentialsError(RuntimeError):
    """Nothing can be read with these credentials; the text says why and what to do."""


class StrangeAnswerError(RuntimeError):
    """Who answered is not AWS: a proxy on the way, a page that asks to sign in."""


def code_of(error: BaseException) -> str:
    """AWS's code of an error, its HTTP status where it gave no code, ``""`` for any other error."""
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return ""
    code = str((response.get("Error") or {}).get("Code") or "")
    return code or _status(response)


def _status(response: Mapping[str, object]) -> str:
    told = response.get("ResponseMetadata")
    return str(told.get("HTTPStatusCode") or "") if isinstance(told, Mapping) else ""


def is_throttled(error: BaseException) -> bool:
    """Whether it was called too fast."""
    return code_of(error) in THROTTLED


def is_passing(error: BaseException) -> bool:
    """Whether the same call may well be answered in a moment."""
    return code_of(error) in PASSING or _status_of(error) in PASSING or is_connection(error)


def _status_of(error: BaseException) -> str:
    response = getattr(error, "response", None)
    return _status(response) if isinstance(response, Mapping) else ""


def is_garbled(error: BaseException) -> bool:
    """Whether what came is of no form at all, as from a balancer before what is down."""
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - an extra

    return isinstance(error, ResponseParserError)


def is_connection(error: BaseException) -> bool:
    """Whether nobody answered at all."""
    from botocore.exceptions import ConnectionError as Broken  # noqa: PLC0415 - an extra
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415

    return isinstance(error, Broken | HTTPClientError)


def is_without_credentials(error: BaseException) -> bool:
    """Whether there was nothing to sign with, or none could be had any more."""
    if getattr(error, "operation_name", "") == _ASSUMES:
        return True
    from botocore.exceptions import (  # noqa: PLC0415 - an extra
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    none = NoCredentialsError | PartialCredentialsError | CredentialRetrievalError
    return isinstance(error, none)


def meaning(error: BaseException, absent: frozenset[str]) -> tuple[State, str]:
    """What became of a call that ended so, and why in words. ``absent`` are codes of "none"."""
    code = code_of(error)
    if getattr(error, "operation_name", "") == _ASSUMES:
        said = _first_line(error).rpartition("operation: ")[2] or code
        return State.ERROR, f"the role cannot be assumed: {said}"
    if is_without_credentials(error):
        how = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        return State.ERROR, f"{_first_line(error)}: {how}"
    if code in absent:
        return State.ABSENT, code
    if code in EXPIRED:
        return State.ERROR, f"{code}: the credentials have expired: renew them and go on"
    if code in SKEWED or (code in _SIGNED and any(one in str(error) for one in _OTHER_TIME)):
        return State.ERROR, f"{code}: is the clock of this machine right?"
    if code in _SIGNED:
        return State.ERROR, f"{code}: the secret key is not the one of the access key"
    if code in ENDED:
        return State.ERROR, f"{code}: {_OFF}"
    known = code in THROTTLED or code in PASSING
    if code in DENIED or (_status_of(error) in _DENIED_STATUS and not known):
        return State.DENIED, f"{code}: it may not be read with these credentials"
    said = f"{code or type(error).__name__}: {_first_line(error)}"
    return State.ERROR, f"{said} ({_PROXY})" if _is_unreadable(error) else said


def _is_unreadable(error: BaseException) -> bool:
    """Whether botocore came upon what it cannot read: it raises what its code happens to."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    ours = isinstance(error, RuntimeError)
    return not ours and (
        isinstance(error, ResponseParserError) or not isinstance(error, BotoCoreError | ClientError)
    )


def _first_line(error: BaseException) -> str:
    text = " ".join(str(error).partition("Further retries")[0].split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST: Final = 300


def require_aws(page: Mapping[str, Any]) -> None:
    """:class:`StrangeAnswerError` where an answer is empty, or has no request id as AWS's have.

    Others' pages parse as well, and as empty: what was not answered would be taken for none.
    """
    told = page.get("ResponseMetadata") or {}
    if not told.get("RequestId"):
        msg = f"the answer is not of AWS, it has no request id: {_PROXY}"
        raise StrangeAnswerError(msg)
    if told.get("HTTPHeaders", {}).get("content-length") == "0":
        msg = f"the answer has nothing in it: {_PROXY}"
        raise StrangeAnswerError(msg)
