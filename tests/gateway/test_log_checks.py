"""What is said about a section ``log`` that is wrong: where, and how to mend it."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.gateway.test_checks import GOOD, pointed_at

from ringwall.gateway.sections import SECTIONS
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.lake.config import LOG, Log
from ringwall.lake.sections import SECTIONS as LAKE
from ringwall.ledger.keys import Kind, SigningKey
from ringwall.runtime.configuration import ConfigurationError, Problem, Severity, load_text

LOG_KEY = str(SigningKey.new("log.example/other").verifier)
OTHER_KEY = str(SigningKey.new("log.example/another").verifier)
WITNESS_KEY = str(SigningKey.new("witness.example/w", Kind.COSIGNATURE).verifier)
HASH = "a" * 64

LOGS: dict[str, Any] = {
    "intake": {
        "listen": "127.0.0.1:9443",
        "syslog": "127.0.0.1:6514",
        "name": "log.example",
        "keys": {"web": HASH, "api": [HASH, "b" * 64]},
        "local": True,
    },
    "witnesses": [{"name": "friend", "url": "https://witness.example/w", "key": WITNESS_KEY}],
    "anchors": [
        {"kind": "file", "name": "share", "path": "/mnt/share/checkpoints"},
        {
            "kind": "http",
            "name": "chat",
            "secret_url": "${env:CHAT}",
            "headers": {"Authorization": "${env:TOKEN}"},
        },
        {
            "kind": "mail",
            "name": "auditor",
            "host": "mail.example",
            "sender": "log@example.com",
            "recipients": ["audit@example.com"],
            "username": "log",
            "password": "${env:MAIL}",
        },
        {"kind": "s3", "name": "bucket", "bucket": "checkpoints", "days": 400},
    ],
    "witness": {
        "listen": "127.0.0.1:9444",
        "name": "witness.example/here",
        "logs": [{"name": "other", "keys": [LOG_KEY]}],
    },
}


def judge(**changes: Any) -> tuple[str, tuple[Problem, ...]]:
    """Change the section at some places (``intake__listen="nowhere"``); text and problems."""
    config = {**deepcopy(GOOD), "log": deepcopy(LOGS)}
    for place, value in changes.items():
        *way, last = (int(one) if one.isdigit() else one for one in place.split("__"))
        there: Any = config["log"]
        for key in way:
            there = there[key] if isinstance(key, int) else there.setdefault(key, {})
        if value is None:
            del there[last]
        elif last == "add":
            there.append(value)
        else:
            there[last] = value
    text = yaml.safe_dump(config, sort_keys=False, width=1000)
    try:
        found = load_text(text, (*INVENTORY, *IDENTITY, *LAKE, *SECTIONS))
    except ConfigurationError as error:
        return text, error.problems
    return text, found.warnings


def test_everything_at_once_is_right() -> None:
    text, problems = judge()
    assert problems == (), [one.message for one in problems]
    found = load_text(text, (*INVENTORY, *IDENTITY, *LAKE, *SECTIONS)).one(Log, LOG)
    assert found.is_vouched
    assert [one.kind for one in found.anchors] == ["file", "http", "mail", "s3"]


def test_nothing_of_it_is_on_unless_it_is_given() -> None:
    log = Log()
    assert (log.intake, log.witness, log.is_vouched) == (None, None, False)


READ = {"access_key": "${env:ID}", "secret_key": "${file:/etc/key}"}
BUCKET: dict[str, Any] = {"uri": "s3://example-log/ringwall", **READ, "read": READ}


def test_a_bucket_is_taken_as_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(bucket=BUCKET)[1] == ()
    _, problems = judge(bucket={**BUCKET, "endpoint": "http://127.0.0.1:9000"})
    assert problems == ()
    _, problems = judge(bucket={**BUCKET, "endpoint": "http://store.example"})
    assert [one.severity for one in problems] == [Severity.WARNING]
    assert "events go there in plain text" in problems[0].message
    monkeypatch.setattr("ringwall.lake.checks.find_spec", lambda _: None)
    _, problems = judge(bucket=BUCKET)
    assert [one.allowed for one in problems] == ["pip install 'ringwall[bucket]'"]


def test_the_example_of_the_documentation_is_taken() -> None:
    text = (Path(__file__).parents[2] / "docs" / "log.md").read_text()
    (example,) = re.findall(r"```yaml\n(log:\n  bucket:\n.*?)```", text, re.DOTALL)
    said = yaml.safe_load(example)["log"]["bucket"]
    assert judge(bucket=said)[1] == ()
    assert said["read"] != {name: said[name] for name in said["read"]}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    # what is written, where it points, what is said
    ({"intake": {}}, "{}", "nothing could come in: give listen, syslog or local: true"),
    ({"intake__listen": "unix:run/in.sock"}, "unix:run", "this is a port, host:port"),
    ({"intake__listen": "9443"}, "'9443'", "host:port"),
    ({"intake__syslog": "127.0.0.1:9443"}, "127.0.0.1:9443", "is log.intake.listen already"),
    ({"intake__listen": "127.0.0.1:7001"}, "127.0.0.1:7001", "services.web.addresses.0 already"),
    ({"witness__listen": "127.0.0.1:6514"}, "127.0.0.1:6514", "is log.intake.syslog already"),
    ({"intake__keys": {"wbe": HASH}}, "", 'there is no service "wbe"'),
    ({"intake__keys": {"web": "the-key-itself"}}, "", "SHA-256"),
    ({"intake__name": "not a host"}, "not a host", "host name"),
    ({"intake__unread": "1MiB"}, "1MiB", "16MiB"),
    ({"intake__port": 1}, "port", "port"),
    ({"witnesses__0__key": WITNESS_KEY[:-3]}, "witness.example", "public key"),
    ({"witnesses__0__key": WITNESS_KEY.replace("w+", "v+")}, "witness.example", "mistyped?"),
    ({"witnesses__0__key": LOG_KEY}, "log.example/other", "a witness cosigns with one of kind 4"),
    ({"witnesses__0__url": "ftp://witness.example"}, "ftp://", "https://"),
    ({"witnesses__0__url": "https://me:secret@w.example"}, "", "without a name or password"),
    ({"witnesses__add": LOGS["witnesses"][0]}, "friend", 'another witness is called "friend"'),
    (
        {"witnesses__add": {**LOGS["witnesses"][0], "name": "foe"}},
        "witness.example",
        'the key of the witness "friend" already',
    ),
    ({"quorum": 2}, "2", "2 are to cosign, and there are 1 witnesses"),
    ({"anchors__0__kind": "tape"}, "tape", "file"),
    ({"anchors__0__name": "chat"}, "chat", 'another anchor is called "chat" already'),
    ({"anchors__0__path": None}, "", "path"),
    ({"anchors__1__headers": {"Authorization": "s3cret"}}, "", "a secret is never written"),
    ({"anchors__1__url": "https://chat.example"}, "", "either a url or a secret_url"),
    ({"anchors__2__security": "none"}, "", "plain text"),
    ({"anchors__2__password": None}, "", "a username needs a password"),
    ({"anchors__2__recipients": []}, "", "recipients"),
    ({"anchors__3__days": 0}, "0", "days"),
    ({"anchors__3__access_key": "${env:ID}"}, "", "access_key and secret_key go together"),
    ({"bucket": {"uri": "s3://example-log"}}, "s3://example-log", "s3://NAME/PREFIX"),
    ({"bucket": {"uri": "https://example-log/x"}}, "https://", "s3://NAME/PREFIX"),
    ({"bucket": {**BUCKET, "secret_key": "s3cret"}}, "", "a secret is never written"),
    ({"bucket": {**BUCKET, "secret_key": None}}, "", "access_key and secret_key go together"),
    ({"bucket": {**BUCKET, "endpoint": "https://me:secret@x"}}, "", "without a name or password"),
    ({"bucket": {"uri": BUCKET["uri"], "read": READ}}, "", "read is another key than access_key"),
    ({"bucket": {**BUCKET, "read": {"access_key": "${env:ID}"}}}, "", "secret_key"),
    ({"anchor_every": "1ms"}, "1ms", "1s to 1d"),
    ({"witness__logs": []}, "", "logs"),
    ({"witness__logs__0__keys": [WITNESS_KEY]}, "", "a log signs with one of kind 1"),
    ({"witness__logs__0__keys": [LOG_KEY, OTHER_KEY]}, "log.example/another", "is not of"),
    (
        {"witness__logs__add": {"name": "same", "keys": [LOG_KEY]}},
        "name: same",
        'log.example/other is the log "other" already',
    ),
]


@pytest.mark.parametrize(("changes", "pointed", "said"), WRONG)
def test_each_mistake_has_one_error_with_its_place(
    changes: dict[str, Any], pointed: str, said: str
) -> None:
    text, problems = judge(**changes)
    errors = [one for one in problems if one.severity is Severity.ERROR]
    assert len(errors) == 1, [one.message for one in errors]
    (problem,) = errors
    words = f"{problem.message} {problem.allowed or ''} {'.'.join(map(str, problem.path))}"
    assert said in words
    assert problem.path[0] == "log"
    assert pointed in pointed_at(text, problem)
    assert "s3cret" not in problem.message


def test_what_is_seldom_meant_is_a_warning() -> None:
    _, problems = judge(intake__tls_minimum="1.2", witness__listen="0.0.0.0:9444")
    assert [one.severity for one in problems] == [Severity.WARNING] * 2
    _, problems = judge(witnesses__0__url="http://witness.example/w")
    assert "plain text" in problems[0].message
    _, problems = judge(intake__listen=None)
    assert "only listen reads keys" in problems[0].message


def test_a_name_whose_certificate_is_somebody_elses_is_none_of_the_intakes() -> None:
    _, problems = judge(intake__name="a.example")
    assert problems == ()
    config = {**deepcopy(GOOD), "log": deepcopy(LOGS)}
    config["log"]["intake"]["name"] = "a.example"
    config["edge"]["hosts"]["a.example"] = {"certificate": {"source": "acme"}}
    config["edge"]["redirect"] = "0.0.0.0:8081"
    with pytest.raises(ConfigurationError) as raised:
        load_text(yaml.safe_dump(config), (*INVENTORY, *IDENTITY, *LAKE, *SECTIONS))
    (problem,) = raised.value.problems
    assert problem.path == ("log", "intake", "name")
