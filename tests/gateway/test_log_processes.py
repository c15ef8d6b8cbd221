"""Which processes the log has, what they are told, and what a change starts anew."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from tests.gateway.live.stage import plain_config
from tests.gateway.test_log_checks import LOG_KEY, LOGS, OTHER_KEY

from ringwall.gateway.log_processes import log_processes, places_of, reading_bucket
from ringwall.gateway.opening import open_gateway
from ringwall.lake.config import LOG, Log
from ringwall.lake.intake.settings import Settings as IntakeSettings
from ringwall.ledger.anchors.mail import MailAnchor
from ringwall.ledger.anchors.s3 import S3Anchor
from ringwall.ledger.vouching.settings import Settings as VoucherSettings
from ringwall.ledger.vouching.variables import SETTINGS_VARIABLE
from ringwall.ledger.witness.process import read_logs
from ringwall.ledger.witness.variables import FOLDER_VARIABLE, LOGS_VARIABLE
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.processes.spec import ProcessSpec, fingerprint, start_order

SECRETS = {"CHAT": "https://chat.example/a-secret", "TOKEN": "a-token", "MAIL": "a-password"}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def log_of(**more: Any) -> dict[str, Any]:
    intake = {**LOGS["intake"], "keys": {"echo": "a" * 64}}
    return {**LOGS, "intake": intake, **more}


def made(folder: Path, log: dict[str, Any]) -> dict[str, ProcessSpec]:
    """The processes by name, of an installation in this folder."""
    config = {"version": 1, **plain_config(), "log": log}
    config["edge"] = {**config["edge"], "listen": "127.0.0.1:9"}
    config["services"]["echo"]["addresses"] = ["127.0.0.1:7"]
    path = folder / "ringwall.yaml"
    path.write_text(yaml.safe_dump(config))
    installation = find(all_sections, config=path, state=folder / "state")
    specs = log_processes(
        installation,
        installation.load(),
        {"HOME": "/home/somebody"},
        certificates=open_gateway(installation).certificates,
        outward={"HTTPS_PROXY": "http://proxy.example:3128"},
    )
    start_order(specs)
    return {one.name: one for one in specs}


def test_only_what_is_configured_runs(tmp_path: Path) -> None:
    assert made(tmp_path, {}).keys() == {"notary", "collector"}
    assert made(tmp_path, {"intake": {"local": True}}).keys() == {"notary", "collector", "intake"}
    assert made(tmp_path, log_of()).keys() == {
        "notary",
        "collector",
        "intake",
        "vouching",
        "witness",
    }


def test_no_secret_is_an_argument_and_each_is_told_to_one_process(tmp_path: Path) -> None:
    found = made(tmp_path, log_of())
    for name, spec in found.items():
        said = "".join(spec.environment.values())
        for secret in SECRETS.values():
            assert secret not in "".join(spec.argv)
            assert (secret in said) == (name == "vouching"), name
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in (*written, *places_of(_installation(tmp_path)).run.rglob("*.json")):
        assert not any(one.encode() in path.read_bytes() for one in SECRETS.values()), path


BUCKET: dict[str, Any] = {
    "uri": "s3://example-log/ringwall",
    "region": "eu-central-1",
    "access_key": "${env:WRITER}",
    "secret_key": "${env:WRITER_SECRET}",
    "read": {"access_key": "${env:READER}", "secret_key": "${env:READER_SECRET}"},
}
KEYS = ("WRITER", "WRITER_SECRET", "READER", "READER_SECRET")


def test_only_the_collector_gets_the_key_that_writes_into_the_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, f"the value of {name}")
    forward = [{"kind": "http", "name": "siem", "url": "https://siem.example/in"}]
    found = made(tmp_path, {"bucket": BUCKET, "forward": forward})
    for name, spec in found.items():
        said = "".join(spec.environment.values())
        assert ("the value of WRITER_SECRET" in said) == (name == "collector"), name
        assert ("the value of READER_SECRET" in said) == (name == "forwarding"), name
    assert found["collector"].environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    log = _installation(tmp_path).load().one(Log, LOG)
    (web,) = reading_bucket(log).values()
    assert "the value of READER_SECRET" in web
    assert "WRITER" not in web
    monkeypatch.delenv("READER_SECRET")
    with pytest.raises(LookupError, match=r"log\.bucket\.read\.secret_key: .* READER_SECRET"):
        reading_bucket(log)
    without = {name: value for name, value in BUCKET.items() if name != "read"}
    found = made(tmp_path, {"bucket": without, "forward": forward})
    assert "the value of WRITER_SECRET" in "".join(found["forwarding"].environment.values())


def _installation(folder: Path) -> Any:
    return find(all_sections, config=folder / "ringwall.yaml", state=folder / "state")


def test_what_each_is_told_can_be_read_by_it(tmp_path: Path) -> None:
    found = made(tmp_path, log_of())
    intake = IntakeSettings.read(found["intake"].environment)
    assert intake.http == ("127.0.0.1", 9443)
    assert intake.tls is not None
    assert intake.tls.certificate.stat().st_mode & 0o077 == 0
    assert intake.local is not None
    assert json.loads(intake.local.read_text()) == {"echo": [os.geteuid()]}
    voucher = VoucherSettings.read(found["vouching"].environment[SETTINGS_VARIABLE])
    assert [one.called for one in voucher.witnesses] == ["friend"]
    assert [one.name for one in voucher.anchors] == ["share", "chat", "auditor", "bucket"]
    mail, bucket = voucher.anchors[2:]
    assert isinstance(mail, MailAnchor)
    assert (mail.username, mail.password) == ("log", "a-password")
    assert isinstance(bucket, S3Anchor)
    assert (bucket.prefix, bucket.access_key) == ("", None)
    assert found["vouching"].environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    known = read_logs(Path(found["witness"].environment[LOGS_VARIABLE]))
    assert [str(one) for one in known["log.example/other"]] == [LOG_KEY]


def test_the_witness_signs_with_a_key_that_the_web_process_cannot_read(tmp_path: Path) -> None:
    folder = Path(made(tmp_path, log_of())["witness"].environment[FOLDER_VARIABLE])
    assert folder.is_relative_to(tmp_path / "state-notary")
    assert not folder.is_relative_to(tmp_path / "state")


def test_a_change_starts_anew_only_whom_it_concerns(tmp_path: Path) -> None:
    before = made(tmp_path, log_of())

    def others(log: dict[str, Any]) -> set[str]:
        after = made(tmp_path, log)
        return {name for name in after if fingerprint(after[name]) != fingerprint(before[name])}

    assert others(log_of()) == set()
    keys = {**LOGS["intake"], "keys": {"echo": ["a" * 64, "b" * 64]}}
    assert others(log_of(intake=keys)) == set(), "it reads them again by itself"
    assert others(log_of(intake={**keys, "connections": 7})) == {"intake"}
    logs = [*LOGS["witness"]["logs"], {"name": "next", "keys": [OTHER_KEY]}]
    assert others(log_of(witness={**LOGS["witness"], "logs": logs})) == set()
    assert others(log_of(anchor_every="2h")) == {"vouching"}
    assert others(log_of(retention={"other": "7d"})) == {"collector"}


def test_they_end_after_those_who_have_something_to_tell(tmp_path: Path) -> None:
    found = made(tmp_path, log_of())
    assert "service-echo" in found["intake"].outlives
    assert "intake" in found["collector"].outlives
    assert "notary" in found["collector"].after


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path has few characters, whoever runs the tests."""
    with TemporaryDirectory(dir="/tmp", prefix="r-") as name:
        yield Path(name)


def test_a_socket_whose_path_is_too_long_is_told_with_what_mends_it(short: Path) -> None:
    folder = short / ("x" * (66 - len(str(short))))
    folder.mkdir()
    config = {"version": 1, **plain_config(), "log": {"intake": {"local": True}}}
    name = "a" * 63
    config["services"] = {name: config["services"]["echo"]}
    config["routes"][0]["service"] = name
    config["edge"] = {**config["edge"], "listen": "127.0.0.1:9"}
    (folder / "ringwall.yaml").write_text(yaml.safe_dump(config))
    installation = find(all_sections, config=folder / "ringwall.yaml", state=folder / "state")
    with pytest.raises(OSError, match=r"log\.intake\.local: .* too long .* a shorter name"):
        log_processes(
            installation,
            installation.load(),
            {},
            certificates=open_gateway(installation).certificates,
            outward={},
        )
