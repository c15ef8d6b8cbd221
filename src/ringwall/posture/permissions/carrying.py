"""Which calls carry what a condition asks for that whoever asks chooses: tags, headers, names.

A call that carries no such thing does not have the key. Service Authorization Reference: reading,
deleting, attaching and writing a resource's policy know no tags; of some services it is told which
calls do. Of what is not certain here a call is taken to carry it.
"""

import re
from typing import Final

_TAGS: Final = ("aws:requesttag/", "aws:tagkeys")
_OBJECT_TAGS: Final = "s3:requestobjecttag"
_HEADER: Final = "s3:x-amz-"
_ANY_CALLS: Final = "s3:x-amz-content-sha256"
_LISTING: Final = frozenset(["s3:prefix", "s3:delimiter", "s3:max-keys"])
_SESSION: Final = "sts:rolesession"
_WITHOUT: Final = (
    *("get", "list", "describe", "head", "search", "scan", "query", "batchget", "lookup"),
    *("delete", "remove", "attach", "detach", "decrypt", "generatedatakey", "invoke", "receive"),
    *("partiql", "read", "download", "validate"),
)
"""How calls begin that carry neither tags nor headers about what is made."""
_GRANTING: Final = re.compile(r"(?:put|set|add)\w*(?:policy|permission)")
"""Nor do these."""
_TAGGED: Final[dict[str, frozenset[str]]] = {
    "iam": frozenset(
        [
            *("createrole", "createuser", "createpolicy", "createinstanceprofile"),
            *("createopenidconnectprovider", "createsamlprovider", "createvirtualmfadevice"),
            *("uploadservercertificate", "tagrole", "taguser", "tagpolicy", "taginstanceprofile"),
            *("tagopenidconnectprovider", "tagsamlprovider", "tagservercertificate"),
            *("tagmfadevice", "untagrole", "untaguser", "untagpolicy", "untaginstanceprofile"),
            *("untagopenidconnectprovider", "untagsamlprovider", "untagservercertificate"),
            "untagmfadevice",
        ]
    ),
    "kms": frozenset(["createkey", "tagresource", "untagresource", "replicatekey"]),
    "secretsmanager": frozenset(["createsecret", "tagresource", "untagresource"]),
    "sso": frozenset(
        [
            *("createpermissionset", "createinstance", "createapplication"),
            *("createtrustedtokenissuer", "tagresource", "untagresource"),
        ]
    ),
    "identitystore": frozenset(),
    "sqs": frozenset(["createqueue", "tagqueue", "untagqueue"]),
}
"""All calls that carry tags of services of which each is known."""
_TAGGED_BY: Final = {
    "s3": re.compile(r"create|\w*tag|\w*storagelens"),
    "lambda": re.compile(r"create|tag|untag"),
    "sts": re.compile(r"assumerole|getfederationtoken|tagsession"),
}
"""The same of services of which it is known how these begin."""


def carries(action: str, key: str) -> bool:
    """Whether a call, in lower case, may have a key that says what it brings along."""
    service, _, verb = action.partition(":")
    if key.startswith(_TAGS):
        return _carries_tags(service, verb)
    if key.startswith((_HEADER, _OBJECT_TAGS)):
        return service.startswith("s3") and (key == _ANY_CALLS or _makes(verb))
    if key in _LISTING:
        return service.startswith("s3") and verb.startswith("list")
    if key.startswith(_SESSION):
        return service == "sts" and verb.startswith("assume")
    return True


def _carries_tags(service: str, verb: str) -> bool:
    if service in _TAGGED:
        return verb in _TAGGED[service]
    if service in _TAGGED_BY:
        return _TAGGED_BY[service].match(verb) is not None
    return _makes(verb)


def _makes(verb: str) -> bool:
    """Whether a call may make or change what has tags, or change the tags: ``ec2:DeleteTags``."""
    if "tag" in verb:
        return True
    return not verb.startswith(_WITHOUT) and _GRANTING.fullmatch(verb) is None
