"""What is encrypted with a key of one's own is read by whoever may decrypt with that, too."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.posture.test_across import FRONT, LAMBDA, VAULT, WEB, Parts, front, read_of
from tests.posture.test_across import role as role_of
from tests.posture.test_across import statement as lets
from tests.posture.test_attacks import LEDGER, ROLE, bucket, function, may, reads, role, snapshot
from tests.posture.test_attacks import walked as walked_in

from ringwall.core.observations import Observation, State
from ringwall.posture.across import land_of
from ringwall.posture.attacks import Standing, assets_of, attacks
from ringwall.posture.checking import ABSENT, DENIED, Other, other
from ringwall.posture.checking.cases import ACCOUNT, REGION
from ringwall.posture.permissions.accounts import account
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.paths import Hop
from ringwall.posture.permissions.statements import Kind, unread
from ringwall.posture.permissions.terrain import Kept, hops, terrain
from ringwall.posture.permissions.unlocking import Lock

REACHED, PERHAPS, NONE = Standing.REACHED, Standing.PERHAPS, Standing.NONE
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-a1b2c3"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/db"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
OPENER = f"arn:aws:iam::{FRONT}:role/opener"
WHEN, LATER = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
SHOP = {"AliasName": "alias/shop", "TargetKeyId": "k-1", "LastUpdatedDate": WHEN}
READS_ALL = may(
    ["secretsmanager:GetSecretValue", "ssm:GetParameter", "sqs:ReceiveMessage", "dynamodb:GetItem"]  # type: ignore[arg-type]
)
DECRYPTS = may("kms:Decrypt", KEY)
LEFT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
LEFT |= {"Action": "kms:*", "Resource": "*"}


def key(
    *statements: dict[str, Any], policy: Any = None, grants: Any = (), name: str = KEY, **more: Any
) -> Other:
    written = {"Statement": list(statements or (LEFT,))} if policy is None else policy
    grants = list(grants) if isinstance(grants, tuple) else grants
    return other("aws-kms-key", name, policy=written, grants=grants, **more)


def secret(named: str = KEY, policy: Any = ABSENT) -> Other:
    listed = {"Name": "db", "CreatedDate": WHEN} | ({"KmsKeyId": named} if named else {})
    return other("aws-secretsmanager-secret", SECRET, listed=listed, policy=policy)


def parameter(named: str = KEY, kind: str = "SecureString") -> Other:
    listed = {"Name": "/shop/db", "Type": kind, "LastModifiedDate": WHEN}
    listed |= {"KeyId": named} if named else {}
    return other("aws-ssm-parameter", PARAMETER, listed=listed)


def queue(named: str = KEY) -> Other:
    attributes = {"KmsMasterKeyId": named} if named else {"SqsManagedSseEnabled": "true"}
    return other("aws-sqs-queue", QUEUE, attributes=attributes)


def table(named: str = KEY, status: str = "ENABLED") -> Other:
    told = {"SSEType": "KMS", "Status": status, "KMSMasterKeyArn": named}
    described = {"SSEDescription": told} if named else {}
    return other("aws-dynamodb-table", TABLE, described=described, policy=ABSENT)


def aliases(
    target: str = "k-1", name: str = "alias/shop", *, changed: str = WHEN, made: str = WHEN
) -> Other:
    """A region of which one alias is told."""
    region = f":{REGION}:{ACCOUNT}:"
    told = {"AliasName": name, "AliasArn": f"arn:aws:kms{region}{name}"}
    told |= {"CreationDate": made, "LastUpdatedDate": changed}
    return other("aws-region", kms_aliases=[told | ({"TargetKeyId": target} if target else {})])


def standing(kept: Other, *some: Other | dict[str, Any]) -> Standing:
    """How what is kept stands; a statement is one of the role that the internet comes to."""
    statements = [one for one in some if isinstance(one, dict)]
    others = [one for one in some if isinstance(one, Other)]
    (told,) = walked_in(snapshot(function(), role(*statements), kept, *others)).assets
    return told.standing


@pytest.mark.parametrize("kept", [secret(), parameter(), queue(), table()])
def test_who_may_not_decrypt_reads_nothing(kept: Other) -> None:
    assert standing(kept, READS_ALL, key()) is NONE
    assert standing(kept, READS_ALL, DECRYPTS, key()) is REACHED
    named = LEFT | {"Principal": {"AWS": ROLE}, "Action": "kms:Decrypt"}
    assert standing(kept, READS_ALL, key(named)) is REACHED
    assert standing(kept, READS_ALL, DECRYPTS, key(LEFT | {"Effect": "Deny"})) is NONE


@pytest.mark.parametrize("kept", [secret(""), parameter(""), queue(""), table("")])
def test_without_a_key_of_ones_own_nothing_else_is_asked(kept: Other) -> None:
    assert standing(kept, READS_ALL) is REACHED


@pytest.mark.parametrize(
    "kept",
    [
        secret("alias/aws/secretsmanager"),
        parameter("alias/aws/ssm"),
        queue("alias/aws/sqs"),
        parameter(kind="String"),
    ],
)
def test_keys_of_aws_open_for_whoever_may_read(kept: Other) -> None:
    assert standing(kept, READS_ALL) is REACHED


def test_keys_of_aws_are_known_by_their_policy_too() -> None:
    of_aws = via("dynamodb", **{"kms:CallerAccount": ACCOUNT})
    assert standing(table(), READS_ALL, key(of_aws | {"Action": "kms:Decrypt"})) is REACHED


@pytest.mark.parametrize("named", ["k-1", KEY])
def test_a_key_is_named_by_its_id_too(named: str) -> None:
    assert standing(secret(named), READS_ALL, key()) is NONE


BY_ALIAS = ["alias/shop", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/shop"]


@pytest.mark.parametrize("named", BY_ALIAS)
@pytest.mark.parametrize("of", [secret, parameter, queue])
def test_a_key_that_an_alias_names_is_known_as_by_its_id(
    of: Callable[[str], Other], named: str
) -> None:
    kept = of(named)
    assert standing(kept, READS_ALL, key(), aliases()) is NONE
    assert standing(kept, READS_ALL, DECRYPTS, key(), aliases()) is REACHED
    spares = {"Effect": "Deny", "Action": "kms:*", "NotResource": KEY}
    assert standing(kept, READS_ALL, DECRYPTS, spares, key(), aliases()) is REACHED
    assert standing(kept, READS_ALL, DECRYPTS, aliases()) is PERHAPS, "its key was not read"


def test_a_bucket_names_its_key_by_an_alias_too() -> None:
    kept = encrypted({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": BY_ALIAS[1]})
    read = reads(f"{LEDGER}/*")
    assert standing(kept, read, DECRYPTS, key(), aliases()) is REACHED
    assert standing(kept, read, key(), aliases()) is PERHAPS, "of what is put there alone"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (aliases(name="alias/other"), "alias/shop is not among the aliases"),
        (aliases(target=""), "alias/shop is not among the aliases"),
        (other("aws-region", kms_aliases=DENIED), "kms_aliases"),
        (other("aws-region"), "kms_aliases"),
    ],
)
def test_an_alias_that_is_not_read_leaves_it_open_which_key_it_is(told: Other, why: str) -> None:
    made = snapshot(function(), role(READS_ALL, DECRYPTS), secret("alias/shop"), key(), told)
    (found,) = walked_in(made).assets
    assert found.standing is PERHAPS
    assert why in found.paths[0].hops[-1].how


def test_what_is_encrypted_by_an_alias_that_named_another_key_may_be_encrypted_with_that() -> None:
    moved = aliases(changed=LATER)
    assert standing(secret("alias/shop"), READS_ALL, key(), moved) is PERHAPS
    assert standing(secret("alias/shop"), READS_ALL, DECRYPTS, key(), moved) is REACHED
    anew = aliases(changed=LATER, made=LATER)
    for kept in (secret("alias/shop"), parameter("alias/shop")):
        assert standing(kept, READS_ALL, key(), anew) is PERHAPS, "it was another's before"
    untold = other("aws-secretsmanager-secret", SECRET, listed={"KmsKeyId": KEY}, policy=ABSENT)
    by_alias = {"KmsKeyId": "alias/shop"}
    assert standing(untold, READS_ALL, key(), aliases()) is NONE
    untold = other("aws-secretsmanager-secret", SECRET, listed=by_alias, policy=ABSENT)
    assert standing(untold, READS_ALL, key(), aliases()) is PERHAPS, "since when is not told"
    lately = datetime.now(UTC).isoformat()
    assert standing(queue("alias/shop"), READS_ALL, key(), aliases(changed=lately)) is PERHAPS


def test_an_alias_of_another_account_is_not_ours_of_the_same_name() -> None:
    theirs = f"arn:aws:kms:{REGION}:999988887777:alias/shop"
    assert standing(secret(theirs), READS_ALL, DECRYPTS, key(), aliases()) is PERHAPS


def test_a_hop_tells_the_key_and_the_alias_that_it_is_named_by() -> None:
    its = role(READS_ALL, DECRYPTS)
    told = walked_in(snapshot(function(), its, secret("alias/shop"), key(), aliases()))
    assert told.paths[0].hops[-1].how.endswith("and decrypt with k-1 (alias/shop)")


def test_a_copy_of_a_key_that_an_alias_names_decrypts_too() -> None:
    name = KEY.replace("k-1", "mrk-1")
    several = {"MultiRegionKeyType": "REPLICA", "ReplicaKeys": []}
    metadata = {"KeyState": "Enabled", "MultiRegionConfiguration": several}
    its = key(name=name, metadata=metadata)
    assert standing(parameter("alias/shop"), READS_ALL, its, aliases("mrk-1")) is PERHAPS


def test_a_key_of_aws_is_known_by_its_alias() -> None:
    """What denies all keys but one denies the one of AWS, or spares it."""
    told = aliases(name="alias/aws/secretsmanager")
    spares = {"Effect": "Deny", "Action": "kms:*", "NotResource": KEY}
    others = spares | {"NotResource": KEY.replace("k-1", "k-2")}
    for kept in (secret(""), secret("alias/aws/secretsmanager")):
        assert standing(kept, READS_ALL, told) is REACHED
        assert standing(kept, READS_ALL, spares, told) is REACHED
        assert standing(kept, READS_ALL, others, told) is NONE
        assert standing(kept, READS_ALL, others) is PERHAPS
    of_aws = via("secretsmanager", **{"kms:CallerAccount": ACCOUNT}) | {"Action": "kms:Decrypt"}
    assert standing(secret(""), READS_ALL, key(of_aws), told) is REACHED
    assert standing(secret(""), READS_ALL, others, key(of_aws), told) is NONE


@pytest.mark.parametrize(
    ("kept", "keys"),
    [
        (secret(), [key(policy=DENIED)]),
        (secret(), []),
        (secret(f"arn:aws:kms:{REGION}:999988887777:key/k-9"), [key()]),
        (secret("alias/shop"), [key()]),
        (secret(), [key(grants=DENIED)]),
    ],
)
def test_what_is_not_known_of_a_key_leaves_it_open(kept: Other, keys: list[Other]) -> None:
    assert standing(kept, READS_ALL, *keys) is PERHAPS


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"KeyState": "Enabled"}, REACHED),
        ({"KeyState": "Updating"}, REACHED),
        ({"KeyState": "Disabled"}, PERHAPS),
        ({"KeyState": "PendingDeletion"}, PERHAPS),
        (DENIED, PERHAPS),
    ],
)
def test_a_key_that_is_off_decrypts_nothing_until_it_is_on(
    metadata: Any, expected: Standing
) -> None:
    its = key(LEFT | {"Principal": "*"}, metadata=metadata)
    assert standing(secret(), READS_ALL, DECRYPTS, its) is expected
    assert walked_in(snapshot(public(secret()), its)).assets[0].standing is expected
    assert standing(secret(), may("iam:PutRolePolicy", ROLE), its) is REACHED, "who may turn it on"
    assert standing(secret(), READS_ALL, key(metadata=metadata)) is NONE


def test_what_is_not_told_of_a_secret_makes_no_way_of_strangers() -> None:
    aspects = {**public(secret()).aspects, "listed": DENIED}
    (told,) = walked_in(snapshot(other("aws-secretsmanager-secret", SECRET, **aspects))).assets
    assert told.standing is PERHAPS


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, PERHAPS),
        ({"MultiRegionKeyType": "PRIMARY", "ReplicaKeys": [{"Region": "us-east-1"}]}, PERHAPS),
        ({"MultiRegionKeyType": "PRIMARY", "ReplicaKeys": []}, NONE),
        ({"MultiRegionKeyType": "REPLICA", "ReplicaKeys": []}, PERHAPS),
    ],
)
def test_what_is_told_encrypted_a_copy_of_its_key_decrypts_too(
    told: Any, expected: Standing
) -> None:
    name = KEY.replace("k-1", "mrk-1")
    metadata = {"KeyState": "Enabled", "MultiRegionConfiguration": told}
    its = key(name=name, metadata=metadata)
    assert standing(parameter(name), READS_ALL, its) is expected
    assert standing(secret(name), READS_ALL, its) is NONE
    assert standing(parameter(), READS_ALL, key()) is NONE


def test_a_denial_of_all_but_one_key_may_spare_the_one_that_an_alias_names() -> None:
    spares = {"Effect": "Deny", "Action": "kms:*", "NotResource": KEY}
    assert standing(secret("alias/shop"), READS_ALL, spares, key()) is PERHAPS
    assert standing(secret(""), READS_ALL, spares, key()) is PERHAPS
    assert standing(secret(), READS_ALL, spares | {"NotResource": TABLE}, key()) is NONE


def test_a_grant_may_let_somebody_decrypt() -> None:
    grants = ({"GranteePrincipal": ROLE, "Operations": ["Decrypt"]},)
    assert standing(secret(), READS_ALL, key(grants=grants)) is PERHAPS
    session = ROLE.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/now"
    held = ({"GranteePrincipal": session, "Operations": ["CreateGrant"]},)
    assert standing(secret(), READS_ALL, key(grants=held)) is PERHAPS
    others = ({"GranteePrincipal": f"{ROLE}-2", "Operations": ["Decrypt"]},)
    assert standing(secret(), READS_ALL, key(grants=others)) is NONE
    encrypts = ({"GranteePrincipal": ROLE, "Operations": ["Encrypt"]},)
    assert standing(secret(), READS_ALL, key(grants=encrypts)) is NONE
    denied = may("kms:*") | {"Effect": "Deny"}
    assert standing(secret(), READS_ALL, denied, key(grants=grants)) is NONE


def via(service: str, **more: Any) -> dict[str, Any]:
    asks = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com", **more}
    return LEFT | {"Principal": {"AWS": "*"}, "Condition": {"StringEquals": asks}}


@pytest.mark.parametrize(
    ("kept", "statement", "expected"),
    [
        (secret(), via("secretsmanager", **{"kms:CallerAccount": ACCOUNT}), REACHED),
        (secret(), via("secretsmanager", **{"kms:CallerAccount": "999988887777"}), NONE),
        (secret(), via("ssm"), NONE),
        (secret(), via("secretsmanager", **{"kms:EncryptionContext:SecretARN": SECRET}), REACHED),
        (secret(), via("secretsmanager", **{"kms:EncryptionContext:SecretARN": "x"}), NONE),
        (parameter(), via("ssm", **{"kms:EncryptionContext:PARAMETER_ARN": PARAMETER}), REACHED),
        (queue(), via("sqs", **{"kms:EncryptionContext:aws:sqs:arn": QUEUE}), REACHED),
        (table(), via("dynamodb", **{"kms:EncryptionContext:aws:dynamodb:tableName": "orders"}),
         REACHED),
        (table(), via("s3"), NONE),
    ],
)  # fmt: skip
def test_a_service_asks_for_whoever_reads(
    kept: Other, statement: dict[str, Any], expected: Standing
) -> None:
    assert standing(kept, READS_ALL, key(statement)) is expected


def test_what_a_copy_in_another_region_is_encrypted_for_is_not_known() -> None:
    """It is not told whether its own ARN is in the context, or that of the first."""
    copied = secret()
    copied.aspects["listed"]["PrimaryRegion"] = "us-east-1"
    for arn in (SECRET, SECRET.replace(REGION, "us-east-1")):
        asks = {"kms:EncryptionContext:SecretARN": arn}
        assert standing(copied, READS_ALL, key(via("secretsmanager", **asks))) is PERHAPS
    first = secret()
    first.aspects["listed"]["PrimaryRegion"] = REGION
    asks = {"kms:EncryptionContext:SecretARN": SECRET}
    assert standing(first, READS_ALL, key(via("secretsmanager", **asks))) is REACHED


def test_what_a_parameter_tells_encrypted_is_decrypted_without_the_service() -> None:
    besides = {"StringNotEquals": {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"}}
    direct = LEFT | {"Principal": {"AWS": ROLE}, "Condition": besides}
    assert standing(parameter(), READS_ALL, key(direct)) is REACHED
    again = may(["kms:ReEncryptFrom", "kms:ReEncryptTo"])  # type: ignore[arg-type]
    assert standing(parameter(), READS_ALL, again, key()) is REACHED
    assert standing(secret(), READS_ALL, again, key()) is NONE


@pytest.mark.parametrize("action", ["kms:PutKeyPolicy", "kms:CreateGrant", "kms:*", "*"])
def test_who_may_give_themselves_the_key_decrypts(action: str) -> None:
    assert standing(secret(), READS_ALL, may(action), key()) is REACHED


@pytest.mark.parametrize(
    ("kept", "reads_it", "other_may", "expected"),
    [
        (secret(), READS_ALL, ["kms:CreateGrant"], PERHAPS),
        (secret(), READS_ALL, ["kms:PutKeyPolicy"], PERHAPS),
        (secret(), READS_ALL, ["kms:Decrypt"], NONE),
        (secret(), may("secretsmanager:PutResourcePolicy"), ["kms:Decrypt"], PERHAPS),
        (parameter(), READS_ALL, ["kms:Decrypt"], PERHAPS),
        (secret(), READS_ALL, ["kms:Encrypt"], NONE),
    ],
)
def test_two_whom_one_comes_to_read_together(
    kept: Other, reads_it: dict[str, Any], other_may: list[str], expected: Standing
) -> None:
    helper = role(may(other_may), arn=f"{ROLE}-2")  # type: ignore[arg-type]
    lets_in = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    helper.aspects["details"]["AssumeRolePolicyDocument"] = {"Statement": [lets_in]}
    assert standing(kept, reads_it, helper, key()) is expected
    away = role(may(other_may), arn=f"{ROLE}-2")  # type: ignore[arg-type]
    assert standing(kept, reads_it, away, key()) is NONE


def test_a_grant_for_services_alone_gives_nobody_the_key() -> None:
    served = may("kms:CreateGrant", KEY)
    served["Condition"] = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert standing(secret(), READS_ALL, served, key()) is NONE


def test_who_may_change_how_a_queue_is_encrypted_needs_no_key() -> None:
    assert standing(queue(), may("sqs:SetQueueAttributes"), key()) is REACHED
    assert standing(queue(), may("sqs:AddPermission"), key()) is NONE


def test_calls_of_which_it_is_not_known_whether_they_need_the_key() -> None:
    assert standing(table(), may("dynamodb:ExportTableToPointInTime"), key()) is PERHAPS
    assert standing(table(status="UPDATING"), READS_ALL, key()) is PERHAPS


def test_whoever_has_every_permission_has_the_key() -> None:
    every = role(may("iam:PutRolePolicy", ROLE))
    for locked in (key(), key(policy=DENIED)):
        made = snapshot(function(), every, secret(), locked)
        assert walked_in(made).assets[0].standing is REACHED


def encrypted(by: dict[str, str]) -> Other:
    rule = {"ApplyServerSideEncryptionByDefault": by}
    made = bucket(LEDGER)
    made.aspects["encryption"] = {"Rules": [rule]}  # type: ignore[index]
    return made


def test_what_was_put_in_a_bucket_may_be_encrypted_otherwise() -> None:
    kept = encrypted({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY})
    read = reads(f"{LEDGER}/*")
    assert standing(kept, read, key()) is PERHAPS
    assert standing(kept, read, DECRYPTS, key()) is REACHED
    assert standing(encrypted({"SSEAlgorithm": "aws:kms"}), read) is REACHED
    assert standing(encrypted({"SSEAlgorithm": "AES256"}), read) is REACHED


@pytest.mark.parametrize(
    ("by", "statement", "expected"),
    [
        ({"SSEAlgorithm": "AES256"}, LEFT, REACHED),
        ({"SSEAlgorithm": "aws:kms"}, LEFT, PERHAPS),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}, LEFT, PERHAPS),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}, LEFT | {"Principal": "*"}, REACHED),
    ],
)
def test_what_strangers_are_let_read_in_a_bucket_they_may_not_decrypt(
    by: dict[str, str], statement: dict[str, Any], expected: Standing
) -> None:
    """What is put there now is encrypted so; other things may be there."""
    off = dict.fromkeys(("IgnorePublicAcls", "RestrictPublicBuckets"), False)
    everybody = reads(f"{LEDGER}/*") | {"Principal": "*"}
    kept = other(
        "aws-s3-bucket",
        LEDGER,
        policy={"Statement": [everybody]},
        public_access_block=off,
        acl={"Grants": []},
        ownership={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        encryption={"Rules": [{"ApplyServerSideEncryptionByDefault": by}]},
    )
    made = snapshot(kept, key(statement))
    whole = made.get(f"aws-account/{ACCOUNT}")
    assert whole is not None
    whole.aspects["s3_public_access_block"] = Observation(State.KNOWN, off, "s3:Get")
    assert walked_in(made).assets[0].standing is expected


def test_a_hop_says_that_there_is_a_key_and_names_what_ends_it() -> None:
    told = walked_in(snapshot(function(), role(READS_ALL, DECRYPTS), secret(), key()))
    (path,) = told.paths
    assert path.hops[-1].how == (
        "web may secretsmanager:GetSecretValue db-a1b2c3 and decrypt with k-1"
    )
    assert path.hops[-1].by == ("statement 1 of p0",)
    assert any(one.by == ("statement 1 of p0",) and one.safe == (SECRET,) for one in told.single)


def test_why_a_way_only_may_be_is_said() -> None:
    told = walked_in(snapshot(function(), role(READS_ALL), secret()))
    (path,) = told.paths
    assert "k-1 is not in the snapshot" in path.hops[-1].how


def public(kept: Other) -> Other:
    """The same, with a policy that lets everybody read it."""
    actions = ["secretsmanager:GetSecretValue", "sqs:ReceiveMessage"]
    everybody = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*"}
    policy = {"Statement": [everybody]}
    if kept.kind == "aws-sqs-queue":
        return other(
            kept.kind, kept.name, attributes={**kept.aspects["attributes"], "Policy": policy}
        )
    return other(kept.kind, kept.name, **{**kept.aspects, "policy": policy})


@pytest.mark.parametrize(
    ("kept", "keys", "expected"),
    [
        (secret(), [key()], PERHAPS),
        (secret(), [], PERHAPS),
        (secret(""), [], PERHAPS),
        (secret(), [key(LEFT | {"Principal": "*"})], REACHED),
        (secret(), [key(via("secretsmanager"))], REACHED),
        (secret(), [key(via("sqs"))], PERHAPS),
        (queue(), [key()], PERHAPS),
        (queue("alias/aws/sqs"), [], PERHAPS),
        (queue(""), [], REACHED),
    ],
)
def test_strangers_need_the_key_too(kept: Other, keys: list[Other], expected: Standing) -> None:
    (told,) = walked_in(snapshot(public(kept), *keys)).assets
    assert told.standing is expected


def abroad(named: str, *statements: dict[str, Any], who: str = WEB, may: Any = "*") -> str:
    """How a secret of another account that lets ``who`` read stands to a role that has ``may``."""
    arn = SECRET.replace(ACCOUNT, VAULT)
    policy = {"Statement": [lets("secretsmanager:GetSecretValue", Principal={"AWS": who})]}
    listed = {"KmsKeyId": named} if named else {}
    held = {f"aws-secretsmanager-secret/{arn}": {"listed": listed, "policy": policy}}
    name = KEY.replace(ACCOUNT, VAULT)
    keys = {f"aws-kms-key/{name}": {"policy": {"Statement": list(statements)}, "grants": []}}
    account = read_of(FRONT, front(), role_of(WEB, LAMBDA, lets(may)), role_of(OPENER, LAMBDA))
    vault = read_of(VAULT, held, keys)
    kept = list(assets_of(vault, VAULT, lambda _: ("confidential", "all is")))
    land = land_of({FRONT: account, VAULT: vault})
    (told,) = attacks(vault, VAULT, kept, land=land).assets
    return told.standing.value


def test_across_accounts_a_secret_is_read_by_a_key_that_lets_them_too() -> None:
    own = KEY.replace(ACCOUNT, VAULT)
    assert abroad("") == "no way"
    assert abroad("alias/aws/secretsmanager") == "no way"
    assert abroad(own, lets("kms:*", Principal={"AWS": VAULT})) == "no way"
    assert abroad(own, lets("kms:Decrypt", Principal={"AWS": WEB})) == "reached"
    assert abroad(own, lets("kms:Decrypt", Principal={"AWS": FRONT})) == "reached"


def test_whoever_has_every_permission_elsewhere_is_whom_the_key_names_there() -> None:
    own = KEY.replace(ACCOUNT, VAULT)
    opens = lets("kms:Decrypt", Principal={"AWS": OPENER})
    assert abroad(own, opens, who=FRONT) == "reached"
    reading = ["secretsmanager:GetSecretValue", "kms:Decrypt"]
    assert abroad(own, opens, who=FRONT, may=reading) == "no way"
    assert abroad(own, opens, who=WEB, may=reading) == "no way"


def apart(
    named: str,
    *statements: dict[str, Any],
    may: Any = "*",
    is_read: bool = True,
    reads_it: str = "",
    there: Parts | None = None,
    unlisted: tuple[str, ...] = (),
    **told: Any,
) -> str:
    """How a secret with a key of another account stands to a role of its own account."""
    held = {
        f"aws-secretsmanager-secret/{SECRET.replace(ACCOUNT, FRONT)}": {
            "listed": {"KmsKeyId": named, "CreatedDate": WHEN},
            "policy": ABSENT,
        }
    }
    name = KEY.replace(ACCOUNT, VAULT)
    about = {"policy": {"Statement": list(statements)}, "grants": []} | told
    region = {f"aws-region/{VAULT}/{REGION}": {"kms_aliases": [SHOP]}}
    keys = {f"aws-kms-key/{name}": about}
    more = role_of(WEB, {"Service": "ec2.amazonaws.com"}, lets("x:*")) if reads_it else {}
    reader = role_of(reads_it or WEB, LAMBDA, *(lets(one) for one in may))
    account = read_of(FRONT, front(reads_it or WEB), reader, more, held)
    kept = list(assets_of(account, FRONT, lambda _: ("confidential", "all is")))
    vault = read_of(VAULT, keys, region, there or {}, unlisted=unlisted)
    several = {FRONT: account} | ({VAULT: vault} if is_read else {})
    (found,) = attacks(account, FRONT, kept, land=land_of(several)).assets
    return found.standing.value


READS_SECRET, OPENS = "secretsmanager:GetSecretValue", "kms:Decrypt"


@pytest.mark.parametrize("named", [KEY, BY_ALIAS[1]])
def test_a_key_of_another_account_that_was_read_lets_whom_both_sides_let(named: str) -> None:
    their = named.replace(ACCOUNT, VAULT)
    to_front = lets("kms:*", Principal={"AWS": FRONT})
    own = lets("kms:*", Principal={"AWS": VAULT})
    both = [READS_SECRET, OPENS]
    assert apart(their, to_front, may=both) == "reached"
    assert apart(their, to_front, may=[READS_SECRET]) == "no way"
    assert apart(their, own, may=both) == "no way"
    to_web = lets("kms:Decrypt", Principal={"AWS": WEB})
    assert apart(their, to_web, may=both) == "reached"
    assert apart(their, to_web, may=[READS_SECRET]) == "no way", "its own account lets it not"
    assert apart(their, to_front, may=both, is_read=False) == "perhaps"
    assert apart(their, own, may=both, policy=DENIED) == "perhaps"
    assert apart(their, own, may=both, grants=DENIED) == "perhaps"


def test_whoever_has_every_permission_is_whom_a_key_elsewhere_names() -> None:
    their = KEY.replace(ACCOUNT, VAULT)
    opens = lets("kms:Decrypt", Principal={"AWS": WEB})
    own = lets("kms:*", Principal={"AWS": VAULT})
    assert apart(their, opens, may=["*"], reads_it=OPENER) == "reached"
    assert apart(their, own, may=["*"], reads_it=OPENER) == "no way"


def test_somebody_in_the_account_of_a_key_may_give_it_to_whom_one_comes_to() -> None:
    their, own = KEY.replace(ACCOUNT, VAULT), lets("kms:*", Principal={"AWS": VAULT})
    keeper = f"arn:aws:iam::{VAULT}:role/keeper"
    lets_in = role_of(keeper, "*", lets("kms:CreateGrant"))
    every = role_of(keeper, "*", lets("*"))
    shut = role_of(keeper, LAMBDA, lets("*"))
    for held in ([READS_SECRET], ["*"]):
        assert apart(their, own, may=held, there=lets_in) == "perhaps"
        assert apart(their, own, may=held, there=every) == "perhaps"
        assert apart(their, own, may=held, there=shut) == "no way"


def test_what_is_not_seen_in_the_account_of_a_key_may_hide_a_way() -> None:
    their, own = KEY.replace(ACCOUNT, VAULT), lets("kms:*", Principal={"AWS": VAULT})
    hides = ("aws-lambda-function",)
    assert apart(their, own, may=[READS_SECRET], unlisted=hides) == "not known"
    roles = ("aws-iam-role",)
    to_front = lets("kms:*", Principal={"AWS": FRONT})
    assert apart(their, to_front, may=[READS_SECRET, OPENS], unlisted=roles) == "perhaps"


def test_a_secret_elsewhere_is_read_with_a_key_of_the_readers_own_account() -> None:
    arn = SECRET.replace(ACCOUNT, VAULT)
    policy = {"Statement": [lets(READS_SECRET, Principal={"AWS": WEB})]}
    name = KEY.replace(ACCOUNT, FRONT)
    held = {f"aws-secretsmanager-secret/{arn}": {"listed": {"KmsKeyId": name}, "policy": policy}}
    to_front = {"Statement": [lets("kms:*", Principal={"AWS": FRONT})]}
    keys = {f"aws-kms-key/{name}": {"policy": to_front, "grants": []}}
    for calls, expected in (([READS_SECRET, OPENS], "reached"), ([READS_SECRET], "no way")):
        reader = role_of(WEB, LAMBDA, *(lets(one) for one in calls))
        fronts, vault = read_of(FRONT, front(), reader, keys), read_of(VAULT, held)
        kept = list(assets_of(vault, VAULT, lambda _: ("confidential", "all is")))
        land = land_of({FRONT: fronts, VAULT: vault})
        (told,) = attacks(vault, VAULT, kept, land=land).assets
        assert told.standing.value == expected


def test_what_binds_the_account_of_a_key_binds_who_decrypts() -> None:
    every = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    theirs = KEY.replace(ACCOUNT, VAULT)
    written = {"Statement": [every | {"Principal": {"AWS": ACCOUNT}}]}
    policy = read(written, name="its key", kind=Kind.RESOURCE)
    whole = account(ACCOUNT, roles=[role(READS_ALL, may("kms:*")).aspects["details"]])
    within = terrain(whole, [], openings=[Hop("internet", ROLE, "it answers")])
    foreign = {"StringNotEquals": {"aws:ResourceOrgID": "o-1"}}
    for denied, expected in (
        (every | {"Effect": "Deny", "Action": "kms:*"}, False),
        (every | {"Effect": "Deny", "Action": "sqs:*"}, True),
        (every | {"Effect": "Deny", "Action": "kms:*", "Condition": foreign}, True),
    ):
        bound = read({"Statement": [every, denied]}, name="no", kind=Kind.RCP)
        home = account(VAULT, rcps=((bound,),), organisation="o-1")
        lock = Lock("k-1", theirs, VAULT, policy, home=home)
        told = hops(within, [Kept("aws-secretsmanager-secret", SECRET, "db", lock=lock)])
        assert (SECRET in {one.target for one in told if one.is_certain}) is expected


def test_what_binds_the_data_binds_it_with_a_key_of_a_third_account_too() -> None:
    every = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    apart = f"arn:aws:kms:{REGION}:999988887777:key/k-9"
    policy = unread("its key", Kind.RESOURCE, "it is of a third account")
    lock = Lock("k-9", apart, "999988887777", policy, granted=None)
    kept = Kept("aws-secretsmanager-secret", SECRET, "db", lock=lock)
    details = role(READS_ALL, may("kms:*")).aspects["details"]
    for action, expected in (("sqs:*", True), ("kms:*", True), ("secretsmanager:*", False)):
        denied = every | {"Effect": "Deny", "Action": action}
        bound = read({"Statement": [every, denied]}, name="no", kind=Kind.RCP)
        whole = account(ACCOUNT, roles=[details], rcps=((bound,),))
        begin = [Hop("internet", ROLE, "it answers")]
        told = hops(terrain(whole, [], openings=begin), [kept])
        assert (SECRET in {one.target for one in told}) is expected
