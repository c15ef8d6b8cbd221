"""What is written for something that is not in this code: a policy for a role that was there.

Of the thing itself nothing else is known, so it is a component with that alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ringwall.core.observations import Collected, Observation
from ringwall.posture.checking.settled import APART, NOT_HERE
from ringwall.posture.code.aws.compute import permission
from ringwall.posture.code.aws.declaring import absent, component, default, known
from ringwall.posture.code.aws.policies import document, granting
from ringwall.posture.code.aws.s3 import NEW
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Incomplete, Unknown

KINDS: Final = ()
_WHY: Final = f"what it is for {NOT_HERE}"
_BLOCKED: Final = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
_PEOPLE: Final = {"user": "User", "group": "Group", "role": "Role"}


class _Written(NamedTuple):
    """By which argument it names what, and which argument holds its policy."""

    argument: str
    named: str
    kind: str
    policy: str = "policy"


_TYPES: Final[Mapping[str, _Written]] = {
    **{
        f"aws_iam_{one}_policy": _Written(one, f"aws_iam_{one}", f"aws-iam-{one}")
        for one in _PEOPLE
    },
    "aws_s3_bucket_policy": _Written("bucket", "aws_s3_bucket", "aws-s3-bucket"),
    "aws_sqs_queue_policy": _Written("queue_url", "aws_sqs_queue", "aws-sqs-queue"),
    "aws_sns_topic_policy": _Written("arn", "aws_sns_topic", "aws-sns-topic"),
    "aws_lambda_permission": _Written(
        "function_name", "aws_lambda_function", "aws-lambda-function"
    ),
    "aws_secretsmanager_secret_policy": _Written(
        "secret_arn", "aws_secretsmanager_secret", "aws-secretsmanager-secret"
    ),
}


def components(code: Resources) -> Iterator[Collected]:
    """Each policy of which nothing here is known to be what it is for."""
    for type_, told in _TYPES.items():
        here = {
            each.address
            for one in code.of(told.named)
            for each in code.pointing(type_, told.argument, one, *_names(one), or_maybe=False)
        }
        for one in code.of(type_):
            if one.address not in here and not one.doubt:
                named = one.get(told.argument)
                label = named if told.kind == "aws-s3-bucket" else one.written
                aspects = {
                    "listed": known(Incomplete({}, _WHY), one),
                    APART: known(value=True, one=one),
                    **_aspects(code, one, told),
                }
                yield component(told.kind, one, label, aspects, tags={})


def _names(one: Instance) -> list[Any]:
    return [one.get(name) for name in ("name", "bucket", "function_name")]


def _aspects(code: Resources, one: Instance, told: _Written) -> dict[str, Observation]:
    written = one.get(told.policy, Unknown("it has no policy"))
    word = _PEOPLE.get(told.argument)
    if word is not None:
        name = one.get("name")
        policy = {
            "PolicyName": name if isinstance(name, str) else one.written,
            "PolicyDocument": granting(code, written),
        }
        several = [policy, Unknown(_WHY)]
        details = {f"{word}Name": one.written, f"{word}PolicyList": several}
        return {"details": known(Incomplete(details, _WHY), one)}
    if told.kind == "aws-lambda-function":
        statement = {"Version": "2012-10-17", "Statement": [permission(one)]}
        return {"policy": known(document(statement, code), one)}
    policy = document(written, code, of_itself=True, by_any_name=told.argument != "queue_url")
    if told.kind in {"aws-sqs-queue", "aws-sns-topic"}:
        return {"attributes": known(Incomplete({"Policy": policy}, _WHY), one)}
    made = {"policy": known(policy, one)}
    return made | (_of_bucket(one) if told.kind == "aws-s3-bucket" else {})


def _of_bucket(one: Instance) -> dict[str, Observation]:
    """A bucket that has nothing set: what blocks its policy may be set elsewhere, as in code."""
    blocked = dict.fromkeys(_BLOCKED, True)
    ruled = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    return {"public_access_block": default(blocked, NEW), "ownership": default(ruled, NEW)} | {
        "acl": absent(one)
    }
