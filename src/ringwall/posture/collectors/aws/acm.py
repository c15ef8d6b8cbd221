"""ACM: certificates."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first
from ringwall.posture.snapshot.snapshot import Seen

CERTIFICATE: Final = "aws-acm-certificate"
_ALGORITHMS: Final = [
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
]


def _certificate(seen: Seen) -> Mapping[str, Any]:
    return {"CertificateArn": seen.found.name}


LISTINGS: Final = (
    described(
        CERTIFICATE,
        "acm:ListCertificates",
        "CertificateSummaryList",
        "CertificateArn",
        "DomainName",
        arguments={"Includes": {"keyTypes": _ALGORITHMS}},  # else only RSA of 1024 and 2048 bits
    ),
)
DETAILS: Final = (
    Detail(
        kind=CERTIFICATE,
        aspect="certificate",
        call="acm:DescribeCertificate",
        arguments=_certificate,
        pick=first("Certificate"),
    ),
)
