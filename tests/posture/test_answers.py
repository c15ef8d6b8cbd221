"""What a call that failed is said to mean, so that people mend the right thing."""

import pytest
from botocore.exceptions import ClientError

from ringwall.posture.collecting.answers import meaning

CLOCK = "is the clock of this machine right?"
SECRET = "the secret key is not the one of the access key"
EARLIER = (
    "Signature expired: 20261128T050000Z is now earlier than 20261128T051500Z "
    "(20261128T053000Z - 15 min.)"
)
LATER = "Signature not yet current: 20261128T063000Z is still later than 20261128T054500Z"
DIFFERS = "The request signature we calculated does not match the signature you provided."


@pytest.mark.parametrize(
    ("code", "text", "means"),
    [
        ("SignatureDoesNotMatch", EARLIER, CLOCK),
        ("InvalidSignatureException", EARLIER, CLOCK),
        ("InvalidSignatureException", LATER, CLOCK),
        ("RequestTimeTooSkewed", "The difference is too large.", CLOCK),
        ("SignatureDoesNotMatch", DIFFERS, SECRET),
        ("InvalidSignatureException", DIFFERS, SECRET),
    ],
)
def test_a_signature_that_is_wrong_is_no_region_that_is_off(
    code: str, text: str, means: str
) -> None:
    told = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    state, why = meaning(ClientError(told, "GetCallerIdentity"), frozenset())
    assert (str(state), why) == ("error", f"{code}: {means}")
