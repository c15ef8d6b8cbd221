"""With which key what an account holds is encrypted, and who may use that one.

Where none is named AWS encrypts it with keys that open for whoever may read it. Of buckets it is
told with which key new objects are encrypted alone. What may not be read proves nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import Subject, World
from ringwall.posture.checks.aws.used import ago, moment
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.requests import Values
from ringwall.posture.permissions.statements import Document, Kind, unread
from ringwall.posture.permissions.unlocking import Lock

READS: Final = (
    *("aws-kms-key.policy", "aws-kms-key.grants", "aws-kms-key.metadata"),
    "aws-region.kms_aliases",
)
"""What is read of keys, besides what is encrypted with them."""
_KEY: Final = "aws-kms-key"
_ALIAS: Final = "alias/"
_PARAMETER: Final = "aws-ssm-parameter"
_AWS: Final = "alias/aws/"
_DECRYPTING: Final = frozenset({"Decrypt", "CreateGrant", "ReEncryptFrom"})
_OFF: Final = frozenset(
    ["Disabled", "PendingDeletion", "PendingReplicaDeletion", "PendingImport", "Unavailable"]
)
"""States in which a key decrypts nothing (KMS Developer Guide, "Key states")."""
_LONGEST_KEPT_DAYS: Final = 14
"""How long a queue keeps a message at most (SQS, ``MessageRetentionPeriod``)."""
_ALONE: Final[Mapping[str, World]] = {}
_DOMAIN: Final = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com"}


class _Named(NamedTuple):
    """How a key is named where it is used.

    ``is_whole`` is that nothing is encrypted otherwise; ``first`` is the region of what it may be a
    copy of, empty where it is none. ``since`` is since when all of it was encrypted; ``None`` where
    that is not told.
    """

    key: str
    is_whole: bool = True
    first: str = ""
    since: object = None


class _Aliased(NamedTuple):
    """The id of the key that an alias names, or why that is not known.

    ``since`` is from when on it has named that one for certain: what was encrypted by it before may
    be so with another one. ``None`` where that is not known.
    """

    key: str = ""
    since: object = None
    why: str = ""


class _Kind(NamedTuple):
    """How things of a kind are encrypted: by which service, with what that says of them.

    ``aspect`` is where the key is told, ``context`` what the service says of what it decrypts, with
    the part of the ARN that is its value, empty for all of it.
    """

    service: str
    aspect: str
    named: Callable[[Any], _Named | None]
    context: Mapping[str, str]


def _of_secret(listed: Any) -> _Named | None:
    key = listed.get("KmsKeyId") or f"{_AWS}secretsmanager"
    # When it was changed last is told of its description, too.
    return _Named(key, first=listed.get("PrimaryRegion") or "", since=listed.get("CreatedDate"))


def _of_parameter(listed: Any) -> _Named | None:
    is_encrypted = listed.get("Type") == "SecureString"
    since = listed.get("LastModifiedDate")
    return _Named(listed.get("KeyId") or f"{_AWS}ssm", since=since) if is_encrypted else None


def _of_queue(attributes: Any) -> _Named | None:
    key = attributes.get("KmsMasterKeyId")
    return _Named(key, since=ago(_LONGEST_KEPT_DAYS)) if key else None


def _of_table(described: Any) -> _Named | None:
    """While it is changed some is still encrypted as before."""
    told = described.get("SSEDescription") or {}
    key = told.get("KMSMasterKeyArn")
    return _Named(key, told.get("Status") == "ENABLED") if key else None


def _of_bucket(encryption: Any) -> _Named | None:
    for one in encryption.get("Rules") or ():
        by = one.get("ApplyServerSideEncryptionByDefault") or {}
        if str(by.get("SSEAlgorithm") or "").startswith("aws:kms"):
            return _Named(by.get("KMSMasterKeyID") or f"{_AWS}s3", is_whole=False)
    return None


_KINDS: Final[Mapping[str, _Kind]] = {
    "aws-secretsmanager-secret": _Kind(
        "secretsmanager", "listed", _of_secret, {"secretarn": "{arn}"}
    ),
    _PARAMETER: _Kind("ssm", "listed", _of_parameter, {"parameter_arn": "{arn}"}),
    "aws-sqs-queue": _Kind("sqs", "attributes", _of_queue, {"aws:sqs:arn": "{arn}"}),
    "aws-dynamodb-table": _Kind(
        "dynamodb", "described", _of_table, {"aws:dynamodb:tablename": "{name}"}
    ),
    "aws-s3-bucket": _Kind("s3", "encryption", _of_bucket, {}),
}


def lock_of(it: Subject, beside: Mapping[str, World] = _ALONE) -> Lock | None:
    """The key that something is encrypted with; ``None`` where none is known.

    ``beside`` are other accounts that were read, by their numbers: their keys are looked up there.
    """
    kind = _KINDS.get(it.found.kind)
    if kind is None or not it.is_read(kind.aspect) or not it.name.startswith("arn:"):
        return None
    world = it.world
    before = dict(world.facts)
    try:
        named = kind.named(it.read(kind.aspect, None) or {})
        key = str(named.key) if named is not None else ""
    except UnknownError as error:
        world.facts = before
        return _untold(it, error.why)
    if named is None:
        return None
    is_copy = named.first not in {"", it.found.region}  # whose ARN it is then is not documented
    said = _said(it, kind._replace(context={}) if is_copy else kind)
    place = key.split(":", 5)[4:5] or [it.account]
    there = world if place[0] == it.account else beside.get(place[0], world)
    aliased = _aliased(it, there, key) if _ALIAS in key else None
    alias = key.rpartition(":")[2] if aliased is not None else ""
    if aliased is not None and aliased.key:
        key = key.replace(alias, f"key/{aliased.key}") if ":" in key else aliased.key
    arn, number = _arn(it, key)
    name = key.rpartition(":")[2].removeprefix("key/")
    title = f"policy of {name}"
    if aliased is not None and not aliased.key:
        found, granted = None, None
        policy = unread(title, Kind.RESOURCE, aliased.why)
    else:
        found, policy, granted = _told(there, arn, title)
    is_ours = not alias.startswith(_AWS)
    is_moved = aliased is not None and is_ours and not _is_before(aliased.since, named.since)
    if not is_ours and found is None:
        policy = _of_aws(number, said)
    doubt, copies = _state(found, name)
    return Lock(
        f"{name} ({alias})" if alias not in {"", name} else name,
        arn,
        number,
        policy,
        said,
        granted,
        tags=found.tags if found is not None else {},
        is_whole=named.is_whole and not is_moved,
        is_told=is_ours and it.found.kind == _PARAMETER,
        is_ours=is_ours,
        is_known=_ALIAS not in key,
        doubt=doubt,
        has_copies=name.startswith("mrk-") and copies,
    )


def _untold(it: Subject, why: str) -> Lock:
    """A key that there may be."""
    name = f"the key of {it.label}"
    arn, number = _arn(it, "not-known")
    policy = unread(name, Kind.RESOURCE, why)
    return Lock(name, arn, number, policy, granted=None, is_whole=False, is_known=False)


def _said(it: Subject, kind: _Kind) -> dict[str, Values]:
    """What is known of the call by which the service decrypts for whoever reads."""
    arn = it.name.replace(":parameter//", ":parameter/")
    parts = arn.split(":", 5)
    said: dict[str, Values] = {"aws:viaawsservice": ("true",)}
    if parts[1] in _DOMAIN and it.found.region:
        said["kms:viaservice"] = (f"{kind.service}.{it.found.region}.{_DOMAIN[parts[1]]}",)
    for key, value in kind.context.items():
        told = value.format(arn=arn, name=arn.rpartition("/")[2])
        said[f"kms:encryptioncontext:{key}"] = (told,)
    return said


def _arn(it: Subject, key: str) -> tuple[str, str]:
    """The ARN of a key that is named by it, by its id or by an alias, and its account.

    Of an alias that is not known it stands for a key that nobody knows.
    """
    parts = key.split(":", 5)
    if len(parts) == 6:
        return ":".join([*parts[:5], parts[5].replace("alias/", "key/alias-")]), parts[4]
    partition = it.name.split(":")[1]
    ident = key.replace("alias/", "alias-")
    return f"arn:{partition}:kms:{it.found.region}:{it.account}:key/{ident}", it.account


def _aliased(it: Subject, world: World, key: str) -> _Aliased:
    """What the aliases say that its region has, or the one that the ARN of this one names."""
    parts = key.split(":", 5)
    account, region = (parts[4], parts[3]) if len(parts) == 6 else (it.account, it.found.region)
    alias = parts[-1]
    before = dict(world.facts)
    try:
        told = world.need(f"aws-region/{account}/{region}").read("kms_aliases", ())
    except UnknownError as error:
        world.facts = before
        return _Aliased(why=f"which key {alias} names is not known: {error.why}")
    index = (account, region, "kms_aliases")
    known = world.indexes.get(index)
    if known is None or known[0] is not told:
        by_name = {str(one.get("AliasName")): one for one in told}
        known = world.indexes[index] = (told, by_name)
    found = known[1].get(alias) or {}
    if not found.get("TargetKeyId"):
        return _Aliased(why=f"{alias} is not among the aliases of {region} that name a key")
    return _Aliased(str(found["TargetKeyId"]), found.get("LastUpdatedDate"))


def _is_before(one: object, other: object) -> bool:
    """Whether both times are told, and the first is not after the second."""
    return bool(one and other) and moment(one) <= moment(other)


def _of_aws(number: str, said: Mapping[str, Values]) -> Document:
    """The policy of the keys that AWS makes in each account for a service."""
    asks = {"kms:CallerAccount": number}
    via = said.get("kms:viaservice")
    if isinstance(via, tuple):
        asks["kms:ViaService"] = via[0]
    lets = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt"}
    whole = lets | {"Resource": "*", "Condition": {"StringEquals": asks}}
    written = {"Version": "2012-10-17", "Statement": [whole]}
    return read(written, name="policy of a key of AWS", kind=Kind.RESOURCE)


def _told(
    world: World, arn: str, title: str
) -> tuple[Subject | None, Document, frozenset[str] | None]:
    """The key, where it was read; its policy; and whom its grants let decrypt."""
    before = dict(world.facts)
    try:
        found = world.need(f"{_KEY}/{arn}")
        policy = read(found.read("policy"), name=title, kind=Kind.RESOURCE)
    except UnknownError as error:
        world.facts = before
        return None, unread(title, Kind.RESOURCE, error.why), None
    before = dict(world.facts)
    try:
        grants = found.read("grants", ())
    except UnknownError:
        world.facts = before
        return found, policy, None
    return (
        found,
        policy,
        frozenset(
            str(one.get("GranteePrincipal") or "")
            for one in grants
            if _DECRYPTING & set(one.get("Operations") or ())
        ),
    )


def _state(found: Subject | None, name: str) -> tuple[str, bool]:
    """Why a key may decrypt nothing, and whether it has, or may have, copies in other regions."""
    if found is None or not found.is_read("metadata"):
        return "", True
    world = found.world
    before = dict(world.facts)
    try:
        told = found.read("metadata", None) or {}
        several = told.get("MultiRegionConfiguration") or {}
        is_first = several.get("MultiRegionKeyType") == "PRIMARY"
        copies = not is_first or bool(several.get("ReplicaKeys"))
        is_off = told.get("KeyState") in _OFF
        doubt = f"{name} is {told['KeyState']}, and decrypts nothing then" if is_off else ""
    except UnknownError as error:
        world.facts = before
        return f"whether {name} is on is not known: {error.why}", True
    return doubt, copies
