"""Who has to grant a request of somebody from an account: that account, the resource's, or both.

IAM User Guide, "Policy evaluation for requests within a single account" and "Cross-account policy
evaluation logic"; KMS Developer Guide, "Key policies".
"""

import re
from typing import Final, NamedTuple

from ringwall.posture.permissions.matching import NOTHING, Layer
from ringwall.posture.permissions.principals import Named, PrincipalKind
from ringwall.posture.permissions.requests import Request
from ringwall.posture.permissions.truth import Truth, both

_BY_RESOURCE: Final = {"kms", "sts"}
_NOT_BY_RESOURCE: Final = {
    "kms:createkey",
    "kms:generaterandom",
    "kms:listaliases",
    "kms:listkeys",
    "sts:decodeauthorizationmessage",
    "sts:getaccesskeyinfo",
    "sts:getcalleridentity",
    "sts:getfederationtoken",
    "sts:getservicebearertoken",
    "sts:getsessiontoken",
}
_CONTROLLED: Final = frozenset(
    [
        *("aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets"),
        *("clouddirectory", "cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact"),
        *("codebuild", "codecommit", "codepipeline", "cognito-identity", "cognito-idp"),
        *("comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub"),
        *("dax", "dsql", "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms"),
        *("gamelift", "health", "inspector-scan", "kendra", "kinesisvideo", "kms", "logs"),
        *("memorydb", "networkmonitor", "notifications", "opensearch", "pca-connector-ad"),
        *("personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3"),
        *("secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support", "swf"),
        *("textract", "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2"),
        *("workspaces", "xray"),
    ]
)
"""The services on whose resources resource control policies bear (AWS Organizations User Guide,
"Resource control policies"). On one that is not here none is taken to bear."""
_NOT_CONTROLLED: Final = {"kms:retiregrant"}
_CHANGING: Final = ("create", "delete", "set", "tag", "untag", "update", "put", "attach", "detach")
_ATTACHING: Final = re.compile(r"(?:attach|detach)(?:user|group|role)policy")
_NOT_OF_LINKED: Final = {
    "attachrolepolicy",
    "detachrolepolicy",
    "putrolepolicy",
    "deleterolepolicy",
    "updateassumerolepolicy",
    "putrolepermissionsboundary",
    "deleterolepermissionsboundary",
}


class Step(NamedTuple):
    """One of the things that have to allow a request: its name, whether it does, by what.

    ``others`` is what allows it, too, or may, where nothing of that does any more.
    """

    name: str
    truth: Truth
    layers: tuple[Layer, ...]
    others: tuple[Layer, ...] = ()


def is_ruled_by_resource(action: str, resource: str) -> bool:
    """Whether the resource's own policy decides alone, unless it leaves it to the account's.

    So it is with keys, by their key policy, and with roles, by their trust policy. An alias of a
    key has no policy.
    """
    if ":alias/" in resource and action.startswith("kms:"):
        return False
    return action.partition(":")[0] in _BY_RESOURCE and action not in _NOT_BY_RESOURCE


def is_controlled(action: str) -> bool:
    """Whether resource control policies bear on an action, given in lower case."""
    return action.partition(":")[0] in _CONTROLLED and action not in _NOT_CONTROLLED


def is_out_of_reach(action: str, resource: str) -> bool:
    """Whether AWS keeps it for itself: its own policies, and roles that its services made."""
    service, _, verb = action.partition(":")
    if ":alias/aws/" in resource and service == "kms":
        return verb.endswith("alias")
    if service != "iam":
        return False
    if ":iam::aws:policy/" in resource:
        return verb.startswith(_CHANGING) and "policy" in verb and not _ATTACHING.search(verb)
    if ":role/aws-reserved/" in resource:
        return verb == "passrole" or (verb.startswith(_CHANGING) and "role" in verb)
    return ":role/aws-service-role/" in resource and verb in _NOT_OF_LINKED


def granted(
    request: Request,
    *,
    identity: Layer,
    boundary: Layer | None,
    session: Layer | None,
    resource: Layer,
    is_ruled: bool,
    has_identity: bool,
) -> Step:
    """Whether the request is granted, denials aside."""
    who = request.principal
    held = identity.allowed
    if who.kind is PrincipalKind.ROOT and not has_identity:
        held = Truth.YES
    bounds = [one for one in (boundary, session) if one is not None]
    bounded = both(*(one.allowed for one in bounds))
    own = both(held, bounded)
    if request.owner != who.account:
        name = "policy of the resource's account" if own is not Truth.NO else "policy of its own"
        return Step(name, both(own, resource.allowed), (identity, *bounds, resource))
    if not resource.allows and not is_ruled:
        name = "identity policy" if own is not Truth.NO else _missing(held, boundary, session, own)
        return Step(name, own, (identity, *bounds))
    ways = [_way("resource policy", resource.by(Named.DIRECTLY))]
    if (by_role := resource.by(Named.ROLE)).allows:
        ways.append(_way("resource policy", by_role, *bounds))
    if is_ruled:
        left = resource.by(Named.ACCOUNT)
        ways.append(Step("identity policy", both(own, left.allowed), (identity, *bounds, left)))
    else:
        ways.append(Step("identity policy", own, (identity, *bounds)))
    best = max(ways, key=lambda way: way.truth)
    if best.truth is not Truth.NO:
        others = [way for way in ways if way is not best and way.truth is not Truth.NO]
        return best._replace(others=tuple(one for way in others for one in way.layers))
    return Step(_missing(held, boundary, session, own), Truth.NO, (NOTHING,))


def _way(name: str, *layers: Layer) -> Step:
    return Step(name, both(*(one.allowed for one in layers)), layers)


def _missing(held: Truth, boundary: Layer | None, session: Layer | None, own: Truth) -> str:
    if held is Truth.NO:
        return "identity policy"
    if boundary is not None and boundary.allowed is Truth.NO:
        return "permissions boundary"
    if session is not None and session.allowed is Truth.NO:
        return "session policy"
    return "resource policy" if own is not Truth.NO else "identity policy"
