"""Which permissions applying a plan needs, and taking it back, besides those of reading."""

from typing import Final

from ringwall.posture.collecting.planning import permission
from ringwall.posture.fixing.plans import Draft

_NAMED: Final = {
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3control:DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}
"""By the call: the action that IAM has for it, where that is not the call's own name."""
_LINKED: Final = "iam:CreateServiceLinkedRole"
_ALSO: Final = {
    "accessanalyzer:CreateAnalyzer": _LINKED,
    "guardduty:CreateDetector": _LINKED,
}
"""What a call needs besides, where the account has no role for the service yet."""


def actions_of(draft: Draft) -> list[str]:
    """The actions of IAM, each once."""
    calls = {one.call for step in draft.steps for one in (step.do, *step.undo)}
    also = {_ALSO[one] for one in calls if one in _ALSO}
    return sorted(also | {_NAMED.get(one) or permission(one) for one in calls})
