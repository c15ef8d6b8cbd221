"""Inside, nothing is believed without a certificate: who may speak to whom, and for how long."""

import errno
import json
import os
import socket
import ssl
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from tests.gateway.live import peers
from tests.gateway.live.peers import DOMAIN, Identities, Pair, again, ask_over, open_over, through
from tests.gateway.live.stage import Json, Stage, echo_service, header
from tests.ports import free_port
from tests.tls import over_tls

from ringwall.gateway.admin import Admin

pytestmark = pytest.mark.e2e


def _called(name: str, *calls: str) -> Json:
    service = echo_service(name, calls=list(calls))
    service["sidecar"]["outbound"] = f"unix:run/{name}-out.sock"
    return service


def _config() -> Json:
    """``a`` is reached from outside and may call ``b`` and ``double``; nobody calls ``c``."""
    return {
        "edge": {"hosts": {"app.localhost": {}}},
        "services": {
            "a": _called("a", "b", "double"),
            "b": _called("b"),
            "c": _called("c"),
            "double": {
                "addresses": [f"127.0.0.1:{free_port()}"],
                "owner": "tests",
                "health": None,
            },
        },
        "routes": [
            {"name": "a", "hosts": ["app.localhost"], "path": "/a/**", "service": "a"},
            {"name": "double", "hosts": ["app.localhost"], "path": "/double", "service": "double"},
        ],
    }


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """An installation in a folder that every user of the machine may enter."""
    with tempfile.TemporaryDirectory(prefix="ringwall-inside-") as folder:
        Path(folder).chmod(0o755)
        with Stage(Path(folder), _config()) as running:
            yield running.up()


@pytest.fixture(scope="module")
def known(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Identities:
    return Identities(stage.state, tmp_path_factory.mktemp("identities"))


def _port(stage: Stage, name: str) -> int:
    return int(stage.config["services"][name]["addresses"][0].rpartition(":")[2])


def _from_a(stage: Stage, host: str, url: str = "/", **headers: str) -> tuple[int, Any]:
    return through(stage.folder / "run" / "a-out.sock", host, url, **headers)


def _requests_seen_by_b(stage: Stage) -> int:
    """How many requests ``b`` has seen before this one."""
    status, told = _from_a(stage, "b")
    assert status == 200
    return int(told["requests"]) - 1


def _pids(stage: Stage) -> dict[str, int]:
    return {one["name"]: one["pid"] for one in stage.status()["processes"]}


def _reload(stage: Stage, config: Json) -> None:
    stage.write(config)
    done = stage.command("reload")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def a_calls_nobody(stage: Stage) -> Iterator[Json]:
    """The configuration in which ``a`` declares no calls; put back as it was afterwards."""
    before = stage.config
    services = before["services"]
    changed = {**before, "services": {**services, "a": {**services["a"], "calls": []}}}
    yield changed
    _reload(stage, before)


def test_a_call_without_the_right_certificate_reaches_nothing(
    stage: Stage, known: Identities
) -> None:
    port, before = _port(stage, "b"), _requests_seen_by_b(stage)
    elsewhere = "spiffe://elsewhere.internal/service/a"
    refused: dict[str, Pair | None] = {
        "without a certificate": None,
        "a foreign authority's": known.foreign("a"),
        "a foreign authority's of another trust domain": known.foreign(
            "a", trust_domain="elsewhere.internal"
        ),
        "our authority's, another trust domain": known.signed(elsewhere),
        "our authority's, a service that does not declare the call": known.of("c"),
        "the edge's, to which no route leads": known.of("edge"),
        "its own": known.of("b"),
        "expired": known.signed(f"spiffe://{DOMAIN}/service/a", age=timedelta(hours=30)),
        "not yet valid": known.signed(f"spiffe://{DOMAIN}/service/a", age=-timedelta(hours=2)),
        "an id that only begins alike": known.signed(f"spiffe://{DOMAIN}/service/a/admin"),
        "an id in other case": known.signed(f"spiffe://{DOMAIN}/service/A"),
    }
    for what, pair in refused.items():
        with pytest.raises(OSError):  # noqa: PT011 - a TLS alert or a reset, as it happens
            print(what, ask_over(port, known.context(pair)))
    with pytest.raises(OSError):  # noqa: PT011
        print("plain HTTP", ask_over(port, None))
    assert _requests_seen_by_b(stage) == before + 1

    status, body = ask_over(port, known.context(known.of("a")))
    assert status == 200, body
    signed_now = known.signed(f"spiffe://{DOMAIN}/service/a")
    assert ask_over(port, known.context(signed_now))[0] == 200


def test_old_versions_of_tls_are_refused_inside(stage: Stage, known: Identities) -> None:
    context = known.context(known.of("a"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="protocol version"):
        ask_over(_port(stage, "b"), context)


def test_a_service_calls_another_by_name_and_only_those_it_declares(stage: Stage) -> None:
    status, told = _from_a(stage, "b", "/orders/7?x=1")
    assert (status, told["path"], told["query"]) == (200, "/orders/7", "x=1")
    assert _from_a(stage, "b:80")[0] == 200
    for host in ("c", "nobody", "b.example", "ringwall-web", "app", "169.254.169.254"):
        assert _from_a(stage, host) == (403, b"403 Forbidden\n"), host
    # Not in its `calls`, so that not even its own port takes it.
    assert _from_a(stage, "a")[0] == 403


def test_the_callers_identity_is_told_and_cannot_be_made_up(
    stage: Stage, known: Identities
) -> None:
    forged = f"By=spiffe://{DOMAIN}/service/b;URI=spiffe://{DOMAIN}/service/edge"
    answers = [
        _from_a(stage, "b", x_forwarded_client_cert=forged),
        _from_a(stage, "b"),
    ]
    status, body = ask_over(
        _port(stage, "b"), known.context(known.of("a")), x_forwarded_client_cert=forged
    )
    answers.append((status, json.loads(body)))
    for status, told in answers:
        assert status == 200
        (caller,) = header(told, "x-forwarded-client-cert")
        assert caller.endswith(f"URI=spiffe://{DOMAIN}/service/a"), caller
        assert "service/edge" not in caller
    outside = stage.get(
        "https://app.localhost/a/x", headers={"x-forwarded-client-cert": forged}
    ).json()
    (caller,) = header(outside, "x-forwarded-client-cert")
    assert caller.endswith(f"URI=spiffe://{DOMAIN}/service/edge")
    assert "service/b" not in caller


def test_leave_to_call_is_given_and_withdrawn_without_a_restart(
    stage: Stage, known: Identities, a_calls_nobody: Json
) -> None:
    port, pids = _port(stage, "b"), _pids(stage)
    context = known.context(known.of("a"))
    kept = open_over(port, context)
    assert again(kept)[0] == 200
    assert isinstance(kept.sock, ssl.SSLSocket)
    session = kept.sock.session
    assert session is not None
    assert peers.resume_over(port, context, session).startswith(b"HTTP/1.1 200")
    before = _requests_seen_by_b(stage)

    allowed = stage.config
    _reload(stage, a_calls_nobody)
    # At once: `reload` returns when it is in force.
    assert again(kept) == (403, b"403 Forbidden\n")
    kept.close()
    with pytest.raises(OSError):  # noqa: PT011
        ask_over(port, context)
    with pytest.raises(OSError):  # noqa: PT011
        peers.resume_over(port, context, session)
    assert _from_a(stage, "b") == (403, b"403 Forbidden\n")

    _reload(stage, allowed)
    assert _requests_seen_by_b(stage) == before + 1
    assert ask_over(port, context)[0] == 200
    assert _pids(stage) == pids


def test_a_server_that_is_not_the_service_is_refused_by_its_callers(
    stage: Stage, known: Identities
) -> None:
    port = _port(stage, "double")
    fakes = {
        "a foreign authority's": known.foreign("double"),
        "another service's": known.of("c"),
        "the caller's own": known.of("a"),
        "expired": known.signed(f"spiffe://{DOMAIN}/service/double", age=timedelta(hours=30)),
    }
    for what, pair in fakes.items():
        with peers.impostor(port, pair, known.roots) as heard:
            assert _from_a(stage, "double") == (503, b"503 Service Unavailable\n"), what
            outside = stage.get("https://app.localhost/double")
            assert (outside.status_code, outside.text) == (503, "503 Service Unavailable\n"), what
            assert not heard, what
    with peers.impostor(port, known.of("double"), known.roots) as heard:
        assert _from_a(stage, "double") == (200, b"fake")
        assert stage.get("https://app.localhost/double").text == "fake"
        assert len(heard) == 2


def test_plain_sockets_are_for_their_owner_alone(stage: Stage) -> None:
    sockets = [
        path
        for folder in (stage.folder / "run", stage.state / "run")
        for path in folder.iterdir()
        if stat.S_ISSOCK(path.stat().st_mode)
    ]
    names = {path.name for path in sockets}
    assert {"a.sock", "b.sock", "a-out.sock", "edge.sock", "sidecar-a.sock", "web.sock"} <= names
    for path in sockets:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    if os.getuid() != 0:
        pytest.skip("only root can try to be somebody else")
    for path in sockets:
        assert _connects_as_nobody(path) == errno.EACCES, path


def _connects_as_nobody(path: Path) -> int:
    """Have a child that gave up every right connect; the error number, 0 for success."""
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os._exit(socket.socket(socket.AF_UNIX).connect_ex(str(path)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _served_serial(stage: Stage, known: Identities, what: str) -> str:
    """The serial number that is shown on a new connection; by the edge, to services."""
    kind, _, name = what.partition("/")
    if what == "service/edge":
        shown = Admin(stage.state / "run" / "edge.sock").json("/certs")["certificates"]
        serials = {
            str(one["serial_number"]).zfill(32)
            for found in shown
            for one in found["cert_chain"]
            if {"uri": f"spiffe://{DOMAIN}/service/edge"} in one["subject_alt_names"]
        }
        return ", ".join(sorted(serials))  # one, but while clusters change over
    caller = known.of("edge" if name == "a" else "a")
    context = stage.trust() if kind == "host" else known.context(caller)
    port = stage.port if kind == "host" else _port(stage, name)
    with over_tls(context, port, host=name) as tls:
        der = tls.getpeercert(binary_form=True)
    assert der is not None
    certificate = x509.load_der_x509_certificate(der)
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert kind == "host" or life <= timedelta(hours=24)
    return f"{certificate.serial_number:032x}"


def test_certificates_are_rotated_under_load_and_no_request_fails(
    stage: Stage, known: Identities
) -> None:
    failed: list[str] = []
    done = [0]
    ended = threading.Event()

    def outside(*, keep: bool) -> None:
        with stage.client() as client:
            while not ended.is_set():
                try:
                    headers = {} if keep else {"connection": "close"}
                    answer = client.get("https://app.localhost/a/x", headers=headers)
                    if answer.status_code != 200:
                        failed.append(f"outside {answer.status_code} {answer.text}")
                except Exception as error:  # noqa: BLE001 - told at the end
                    failed.append(repr(error))
                done[0] += 1

    def inside() -> None:
        while not ended.is_set():
            status, told = _from_a(stage, "b")
            if status != 200:
                failed.append(f"inside {status} {told!r}")
            done[0] += 1

    threads = [
        threading.Thread(target=outside, kwargs={"keep": True}),
        threading.Thread(target=outside, kwargs={"keep": False}),
        threading.Thread(target=inside),
    ]
    pids = _pids(stage)
    for thread in threads:
        thread.start()
    try:
        for what in ("service/b", "service/a", "service/edge", "host/app.localhost"):
            before = _served_serial(stage, known, what)
            rotated = stage.command("cert", "rotate", what)
            assert rotated.returncode == 0, rotated.stderr
            serial = rotated.stdout.split()[-1]
            assert serial != before
            stage.wait(lambda: _served_serial(stage, known, what) == serial)  # noqa: B023
            so_far = done[0]
            while done[0] < so_far + 50 and not failed:
                time.sleep(0.02)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not failed, failed[:5]
    assert done[0] > 100
    assert _pids(stage) == pids
