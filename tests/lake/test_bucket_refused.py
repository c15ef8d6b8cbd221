"""What a store refuses is one sentence, which begins with the field that has to be mended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from tests.lake.logs import LogScene, append, edge_line
from tests.lake.store import Store, client_of, store

from ringwall.lake.bucket import VARIABLE, Bucket, BucketError, meant
from ringwall.lake.places import Places
from ringwall.lake.service import Log
from ringwall.lake.tables import events_of

_READS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    ],
}
_WRITES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True)
class Guarded:
    """A store that looks at keys, and knows one that writes and one that reads."""

    store: Store
    writer: dict[str, str]
    reader: dict[str, str]

    def bucket(self, **other: str) -> Bucket:
        said = {"uri": "s3://example-log/ringwall", "endpoint": self.store.endpoint}
        return msgspec.convert({**said, **self.writer, **other}, Bucket)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    # So many calls are let in without a key that is known: two users with a policy and a key.
    with store(INITIAL_NO_AUTH_ACTION_COUNT="7") as found:
        users = client_of(found.endpoint, "nobody", "nobody", "iam")
        keys = []
        for name, policy in (("writer", _WRITES), ("reader", _READS)):
            users.create_user(UserName=name)
            users.put_user_policy(
                UserName=name, PolicyName="what", PolicyDocument=json.dumps(policy)
            )
            made = users.create_access_key(UserName=name)["AccessKey"]
            keys.append({"access_key": made["AccessKeyId"], "secret_key": made["SecretAccessKey"]})
        client = client_of(found.endpoint, **keys[0])
        client.create_bucket(Bucket="example-log")
        yield Guarded(found, *keys)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            {"uri": "s3://example-none/ringwall"},
            "log.bucket.uri: there is no bucket example-none at {at}: make it, or mend this",
        ),
        (
            {"access_key": "AKIAIOSFODNN7EXAMPLE"},
            "log.bucket.access_key: {at} knows no such key",
        ),
        (
            {"secret_key": "wrong"},
            "log.bucket.secret_key: this is not the secret of the access key",
        ),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, guarded: Guarded, other: dict[str, str], sentence: str
) -> None:
    scene = LogScene(tmp_path, bucket=guarded.bucket(**other))
    append(scene.places.edge[0], edge_line(0))
    with pytest.raises(BucketError) as refused:
        scene.collect(flush=True)
    assert str(refused.value) == sentence.format(at=guarded.store.endpoint)
    assert scene.rows("path") == [("/orders/0",)]


def test_a_key_that_may_only_read_reads_and_writes_nothing(
    tmp_path: Path, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = LogScene(tmp_path, bucket=guarded.bucket())
    append(scene.places.edge[0], *map(edge_line, range(10)))
    scene.collect(flush=True)
    reading = guarded.bucket(**guarded.reader, keys_at="log.bucket.read")
    monkeypatch.setenv(VARIABLE, reading.encoded())
    places = Places(scene.places.state, scene.places.run)
    row = Log(places).event("7")
    assert row is not None
    assert row["path"] == "/orders/7"
    table = events_of(places).table()
    assert table is not None
    with pytest.raises(Exception, match=r"AccessDenied|403"):
        table.delete("index = 3")
    scene.bucket = reading
    append(scene.places.edge[0], edge_line(10))
    with pytest.raises(BucketError, match=r"log\.bucket\.read\.access_key: this key may not do"):
        scene.collect(flush=True)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("Generic S3 error: client error (Connect): dns error: failed to lookup", "endpoint"),
        ("client error (Connect): invalid peer certificate: UnknownIssuer", "endpoint"),
        ("error sending request: operation timed out", "endpoint"),
        ("Server returned non-2xx status code: 503 Service Unavailable: SlowDown", "endpoint"),
        ("<Code>PermanentRedirect</Code>", "region"),
        ("<Code>AuthorizationHeaderMalformed</Code> the region is wrong", "region"),
        ("<Code>AccessDenied</Code>", "access_key"),
        ("<Code>ExpiredToken</Code>", "access_key"),
    ],
)
def test_each_answer_has_its_field(said: str, field: str) -> None:
    bucket = Bucket(uri="s3://example-log/x", access_key="k", secret_key="hidden")
    sentence = meant(said, bucket)
    assert sentence.startswith(f"log.bucket.{field}: ")
    assert "\n" not in sentence


def test_no_secret_is_shown() -> None:
    bucket = Bucket(uri="s3://example-log/x", access_key="k", secret_key="hidden")
    assert "hidden" not in f"{bucket!r} {bucket}"
