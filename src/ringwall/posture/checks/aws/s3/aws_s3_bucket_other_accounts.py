"""Buckets are for accounts that are meant.

Why: another account that is let in decides itself who of its people comes.
Fix: name the role that is meant, or the organisation by `aws:PrincipalOrgID`; accept this for
accounts of your own. Accounts from which AWS's own load balancers deliver their logs are none.
"""

from typing import Final

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.sharing import cases_of_others, judge_others

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("policy", *READS),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:s3_bucket_cross_account_access",
        "securityhub:S3.6",
    ),
)
_BALANCERS: Final = frozenset(
    [
        *("127311923021", "033677994240", "027434742980", "797873946194", "098369216593"),
        *("754344448648", "589379963580", "718504428378", "383597477331", "600734575887"),
        *("114774131450", "783225319266", "582318560864", "985666609251", "054676820928"),
        *("156460612806", "652711504416", "635631232127", "009996457667", "897822967062"),
        *("076674570225", "507241528517", "048591011584", "190560391635", "638102146993"),
        "037604701340",
    ]
)
"""Elastic Load Balancing User Guide, "Enable access logs": its accounts, of each region one."""


def judge(it: Subject, world: World) -> Judgment:
    """Whole accounts and whoever is of them, unless a condition says of which organisation."""
    return judge_others(it, it.read("policy"), spared=_BALANCERS)


def _logs(*principals: str) -> dict[str, object]:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": list(principals)},
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::logs/AWSLogs/111122223333/*",
            }
        ]
    }


BALANCER = "arn:aws:iam::156460612806:root"
CASES = (
    *cases_of_others("s3:PutObject", aspect="policy"),
    case("logs of load balancers", PASS, policy=_logs(BALANCER)),
    case("those, and another's", FAIL, policy=_logs(BALANCER, "444455556666")),
)
