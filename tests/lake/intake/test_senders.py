"""Who sends is proven, and what proves it may change while the intake runs."""

import json
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.lake.intake.stage import DOMAIN, Stage
from tests.tls import over_tls

from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.profiles import make_service_leaf
from ringwall.gateway.config import HostSettings
from ringwall.lake.intake.local import changed
from ringwall.lake.intake.senders import Keys, Refusal, Sender, of_request, read_local
from ringwall.lake.intake.settings import Settings


@pytest.fixture
def own() -> Iterator[Stage]:
    with Stage() as one:
        yield one


def hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def test_a_key_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"shop": [hashed("old"), hashed("new")], "bank": hashed("b")}))
    keys = Keys.read(path)
    assert [keys.service_of(one) for one in ("old", "new", "b", "", "other", hashed("b"))] == [
        *("shop", "shop", "bank"),
        *(None, None, None),
    ]


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"shop": "secret"}', '{"shop": 5}', '{"Shop": "a"}', '{"../a": []}', '{"": []}'],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"keys\.json"):
        Keys.read(path)
    if "secret" not in content:
        with pytest.raises(ValueError, match=r"keys\.json"):
            read_local(path)


def test_one_proof_is_enough_and_two_must_agree() -> None:
    keys = Keys((("shop", bytes.fromhex(hashed("k"))),))
    shop, bank = Sender("shop", 5.0), Sender("bank")
    assert of_request("Bearer k", None, keys) == Sender("shop")
    assert of_request("bearer  k ", shop, keys) == shop
    assert of_request(None, bank, keys) == bank
    for authorization, proven, status in (
        (None, None, 401),
        ("Bearer x", None, 401),
        ("Bearer x", shop, 401),
        ("Bearer k", bank, 403),
        ("Bearer k", Refusal(403, "no service"), 403),
        ("k", None, 401),
        ("Bearer \udcff", None, 401),
    ):
        found = of_request(authorization, proven, keys)
        assert isinstance(found, Refusal)
        assert found.status == status


def test_sockets_of_services_come_and_go_by_themselves() -> None:
    old = {"a": frozenset({1}), "b": frozenset({1}), "c": frozenset({1})}
    new = {"b": frozenset({1}), "c": frozenset({2}), "d": frozenset({1})}
    assert changed(old, new) == (["a", "c"], ["c", "d"])


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "RINGWALL_INTAKE_SPOOL is not set"),
        ({"SPOOL": "s", "CONTROL": "c"}, "RINGWALL_INTAKE_STATUS is not set"),
        ({"HTTP": "127.0.0.1:1"}, "RINGWALL_INTAKE_CERTIFICATE is not set"),
        ({"HTTP": "8080"}, "RINGWALL_INTAKE_HTTP is '8080'"),
        ({"SYSLOG": "a:65536"}, "RINGWALL_INTAKE_SYSLOG is 'a:65536'"),
        ({"LARGEST": "1G"}, "RINGWALL_INTAKE_LARGEST is '1G'"),
        ({"LOCAL": "l"}, "RINGWALL_INTAKE_SOCKETS is not set"),
    ],
)
def test_a_wrong_variable_is_named(variables: dict[str, str], said: str) -> None:
    rest = {"SPOOL": "s", "CONTROL": "c", "STATUS": "t"}
    told = {**rest, **variables} if variables and "SPOOL" not in variables else variables
    with pytest.raises(ValueError, match=said):
        Settings.read({f"RINGWALL_INTAKE_{name}": value for name, value in told.items()})


def test_an_address_may_be_of_version_6() -> None:
    told = {"SPOOL": "s", "CONTROL": "c", "STATUS": "t", "HTTP": "[::1]:443"}
    told |= {"CERTIFICATE": "a", "KEY": "b", "TRUST": "c", "TRUST_DOMAIN": "d"}
    found = Settings.read({f"RINGWALL_INTAKE_{name}": value for name, value in told.items()})
    assert found.http == ("::1", 443)


@pytest.mark.e2e
def test_keys_are_given_and_taken_back_while_it_runs(own: Stage) -> None:
    assert own.post("{}", service=None, Authorization="Bearer later").status == 401
    own.keys.write_text(json.dumps({"bank": hashed("later")}))
    own.wait_for(lambda: own.post("{}", service=None, Authorization="Bearer later").status == 200)
    assert own.events()[-1]["source"] == "service/bank"
    own.keys.write_text("{")
    own.wait_for(lambda: "keys" in own.status()["troubles"])
    # What was read last goes on to count.
    assert own.post("{}", service=None, Authorization="Bearer later").status == 200
    own.keys.write_text("{}")
    own.wait_for(lambda: own.post("{}", service=None, Authorization="Bearer later").status == 401)
    assert own.status()["troubles"] == {}


@pytest.mark.e2e
def test_the_socket_says_whose_it_is_and_the_kernel_who_comes(own: Stage) -> None:
    assert own.post_locally("desk", '{"source":"service/shop"}').status == 200
    assert own.events()[-1]["source"] == "service/desk"
    path = own.folder / "in" / "desk.sock"
    assert path.stat().st_mode & 0o777 == 0o600
    other = os.geteuid() + 1
    own.local.write_text(json.dumps({"desk": [other], "till": [os.geteuid(), other]}))
    own.wait_for((own.folder / "in" / "till.sock").exists)
    own.wait_for(lambda: path.exists() and path.stat().st_mode & 0o777 == 0o666)
    assert own.post_locally("desk", "{}").status == 403
    assert own.status()["refused"] == {"another user at a service's socket": 1}
    assert own.post_locally("till", "{}").status == 200
    own.local.write_text("{}")
    own.wait_for(lambda: not path.exists() and not (own.folder / "in" / "till.sock").exists())
    assert set(own.status()["doors"]) == {"http", "syslog", "control"}


@pytest.mark.e2e
def test_a_new_certificate_is_shown_without_a_new_start() -> None:
    with Stage() as stage:
        folder = stage.folder / "shown"
        folder.mkdir()
        chain, key = folder / "c.pem", folder / "k.pem"
        chain.write_bytes(Path(stage.variables["CERTIFICATE"]).read_bytes())
        key.write_bytes(Path(stage.variables["KEY"]).read_bytes())
        stage.stop()
        stage.start(CERTIFICATE=str(chain), KEY=str(key))

        def shown() -> bytes | None:
            with stage.connected("http") as sock:
                return sock.getpeercert(binary_form=True)

        before = shown()
        renewed = stage.store.rotate_host("localhost", HostSettings())
        chain.write_bytes(renewed.chain.read_bytes())  # and for a moment the old key
        stage.wait_for(lambda: "certificate" in stage.status()["troubles"])
        assert shown() == before
        key.write_bytes(renewed.key.read_bytes())
        stage.wait_for(lambda: shown() != before)
        assert stage.status()["troubles"] == {}


@pytest.mark.e2e
def test_what_it_cannot_start_with_is_told_in_a_sentence(own: Stage) -> None:
    own.stop()
    for name, wrong in (("CERTIFICATE", "nowhere.crt"), ("TRUST", str(own.keys)), ("HTTP", "x")):
        with pytest.raises(AssertionError, match=wrong):
            own.start(**{name: wrong})
    assert "Traceback" not in own.log


@pytest.mark.e2e
def test_a_certificate_that_ended_is_none(own: Stage) -> None:
    issuer = own.store._services(DOMAIN).issuer()
    for days, is_good in ((0, True), (3, False)):
        made = make_service_leaf(
            f"spiffe://{DOMAIN}/service/shop",
            issuer,
            now=datetime.now(UTC) - timedelta(days=days),
        )
        chain, key = own.folder / f"{days}.crt", own.folder / f"{days}.key"
        chain.write_bytes(pem(made.certificate) + pem(issuer.certificate))
        key.write_bytes(key_pem(made.key))
        context = own.tls(None)
        context.load_cert_chain(chain, key)
        assert answers(own, "http", context) is is_good


@pytest.mark.e2e
def test_syslog_takes_nobody_without_a_certificate_of_a_service(own: Stage) -> None:
    host = own.store.for_host("edge.example", HostSettings())
    wrong = own.tls(None)
    wrong.load_cert_chain(host.chain, host.key)
    for context in (own.tls(None), wrong):
        assert not answers(own, "syslog", context)
    assert own.lines() == []
    assert own.status()["refused"]["no TLS handshake that succeeded"] == 2


def answers(stage: Stage, door: str, context: ssl.SSLContext) -> bool:
    """Whether what is sent with this context gets an answer."""
    try:
        with over_tls(context, stage.port(door)) as sock:
            sock.sendall(b"<34>1 - - - - - - from nobody\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            return sock.recv(10) != b""
    except OSError:
        return False
