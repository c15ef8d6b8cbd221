"""Certificates from a real ACME server that looks for its answers at the running edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from tests.gateway.live.acme_scene import ALPN, HTTP, SOON_S, Scene, scene_in
from tests.gateway.live.stage import Json

from ringwall.gateway.certificates.challenges import FolderPublisher
from ringwall.gateway.certificates.tls_alpn import ACME_IDENTIFIER, PROTOCOL
from ringwall.gateway.envoy.resources import UNKNOWN_HOST
from ringwall.runtime.refusals import ExitCode

pytestmark = pytest.mark.e2e

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
ANSWER = f"{TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The edge while the ACME server has not answered yet."""
    with scene_in(tmp_path_factory.mktemp("acme")) as found:
        yield found


@pytest.fixture(scope="module")
def scene(waiting: Scene) -> Scene:
    """The edge once both hosts have their certificates."""
    if not waiting.issued(HTTP, ALPN):
        waiting.reload()
        waiting.stage.wait(lambda: waiting.issued(HTTP, ALPN))
    return waiting


def test_a_local_certificate_stands_in_until_there_is_one(waiting: Scene) -> None:
    stage = waiting.stage
    before = {host: waiting.certificate(host) for host in (HTTP, ALPN)}
    assert not waiting.issued(HTTP) | waiting.issued(ALPN)
    assert stage.get(f"https://{HTTP}/").status_code == 200
    stage.wait(lambda: both_have_a_problem(waiting))
    listed = waiting.listed()
    for host in before:
        assert listed[host]["source"] == "local"
        assert f"cannot reach {waiting.nobody}" in listed[host]["problem"]
        again = datetime.fromisoformat(listed[host]["next_try"])
        assert timedelta(minutes=50) < again - datetime.now(UTC) < timedelta(hours=2)
    status = stage.status()
    days = pytest.approx(listed[ALPN]["days_left"], abs=0.011)  # told in hundredths, a bit later
    assert {**listed[ALPN], "days_left": days} in status["certificates"]
    for command in (("status",), ("cert", "list")):
        told = stage.command(*command).stdout
        assert f"host/{ALPN}: cannot reach {waiting.nobody}" in told
        assert f"tried again {again:%Y-%m-%d %H:%M} UTC" in told
    stage.wait(lambda: stage.log().count(f"cannot reach {waiting.nobody}") >= 2)
    assert stage.log().count(f"cannot reach {waiting.nobody}") == 2
    refused = stage.command("cert", "rotate", f"host/{HTTP}")
    assert refused.returncode == 1
    assert "the authority is not to be hammered" in refused.stderr
    with waiting.light_load(HTTP), waiting.light_load(ALPN):
        waiting.reload()
        stage.wait(lambda: waiting.issued(HTTP, ALPN), within=SOON_S)
    assert pids(stage.status()) == pids(status)
    for host, one in waiting.listed().items():
        assert host not in before or one["source"] == "acme"
        assert (one["problem"], one["next_try"]) == ("", None)
    assert_nothing_is_left(waiting)


def both_have_a_problem(scene: Scene) -> bool:
    listed = scene.listed()
    return bool(listed[HTTP]["problem"] and listed[ALPN]["problem"])


def pids(status: Json) -> dict[str, int]:
    return {one["name"]: one["pid"] for one in status["processes"]}


def test_after_two_thirds_of_life_a_new_one_is_shown_as_soon_as_there_is_one(scene: Scene) -> None:
    stage = scene.stage
    # First: the job of the minute would order anew what is old, where it can.
    scene.reload(directory=scene.nobody)
    old = {host: scene.make_old(host) for host in (HTTP, ALPN)}
    with scene.light_load(HTTP), scene.light_load(ALPN):
        scene.reload(directory=f"{scene.nobody}/again")
        stage.wait(lambda: both_have_a_problem(scene))
        stage.wait(lambda: all(scene.certificate(host) == one for host, one in old.items()))
        listed = scene.listed()
        for host, certificate in old.items():
            assert scene.certificate(host) == certificate
            assert listed[host]["judgment"] == "renew-soon"
            assert "cannot reach" in listed[host]["problem"]
        scene.reload()
        stage.wait(
            lambda: all(scene.certificate(host) != one for host, one in old.items()),
            within=SOON_S,
        )
    assert scene.issued(HTTP, ALPN)
    assert scene.listed()[HTTP]["judgment"] == "ok"
    assert_nothing_is_left(scene)


@contextmanager
def one_more_host(scene: Scene, challenge: str) -> Iterator[str]:
    host = f"after-{scene.orders()}.shop.example"
    scene.hosts[host] = challenge
    try:
        yield host
    finally:
        del scene.hosts[host]


@pytest.mark.parametrize("challenge", ["http-01", "tls-alpn-01"])
def test_an_order_whose_worker_is_killed_goes_on(scene: Scene, challenge: str) -> None:
    orders = scene.orders()
    with one_more_host(scene, challenge) as host:
        with scene.killing("worker", lambda: bool(scene.shown()), before="check"):
            scene.reload()
        scene.stage.wait(lambda: scene.issued(host), within=SOON_S)
        assert f"{host}: going on with the order begun earlier" in scene.stage.log()
        assert scene.orders() == orders + 1
        assert_nothing_is_left(scene)


@pytest.mark.parametrize(
    ("process", "challenge"),
    [("web", "http-01"), ("edge", "tls-alpn-01")],
)
def test_an_order_waits_for_what_answers_to_be_back(
    scene: Scene, process: str, challenge: str
) -> None:
    orders = scene.orders()
    with one_more_host(scene, challenge) as host:
        with scene.killing(process, lambda: bool(scene.begun()), before="order"):
            scene.reload()
        scene.stage.wait(lambda: issued_by_now(scene, host), within=SOON_S)
        assert f"{host}: no new certificate" not in scene.stage.log()
        assert scene.orders() == orders + 1
        assert_nothing_is_left(scene)


def issued_by_now(scene: Scene, host: str) -> bool:
    try:
        return scene.issued(host)
    except OSError:  # the edge is not back yet
        return False


def assert_nothing_is_left(scene: Scene) -> None:
    """No answer is shown any more, and ``acme-tls/1`` gets what it got before."""
    scene.stage.wait(lambda: not [*scene.shown(), *scene.begun()])
    for host in (host for host, how in scene.hosts.items() if how == "tls-alpn-01"):
        # The edge takes what has become of the files a moment later.
        scene.stage.wait(lambda: not shows_an_answer(scene, host))  # noqa: B023
        certificate, taken, _ = scene.handshake(host, PROTOCOL)
        assert taken == PROTOCOL
        (name,) = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value.get_values_for_type(x509.DNSName)
        assert name == UNKNOWN_HOST


def shows_an_answer(scene: Scene, host: str) -> bool:
    certificate = scene.handshake(host, PROTOCOL)[0]
    return ACME_IDENTIFIER in [one.oid for one in certificate.extensions]


def test_who_offers_the_challenge_protocol_alone_gets_nothing_of_the_host(scene: Scene) -> None:
    request = f"GET / HTTP/1.1\r\nhost: {ALPN}\r\n\r\n".encode()
    assert scene.handshake(ALPN, PROTOCOL, send=request)[1:] == (PROTOCOL, b"")
    assert scene.handshake(ALPN, "h2", "http/1.1")[1] == "h2"
    # A host that is proven by http-01 does not know the protocol.
    assert scene.handshake(HTTP, PROTOCOL)[1] is None


def test_a_host_is_ordered_anew_when_asked_for(scene: Scene, tmp_path: Path) -> None:
    stage, before = scene.stage, scene.certificate(ALPN)
    done = stage.command("cert", "rotate", f"host/{ALPN}", "--json")
    assert done.returncode == 0, done.stderr
    stage.wait(lambda: scene.certificate(ALPN) != before)
    serial = f"{scene.certificate(ALPN).serial_number:032x}"
    assert f'"serial": "{serial}"' in done.stdout
    steps = done.stderr.splitlines()
    assert steps == [
        f"{ALPN}: ordering at {scene.directory}",
        f"{ALPN}: the answer to tls-alpn-01 is shown, being checked",
        f"{ALPN}: proven, asking for the certificate",
    ]
    for command in ("issue", "export"):
        folder = tmp_path / command
        folder.mkdir()
        done = stage.command("cert", command, f"host/{ALPN}", "--out", str(folder))
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        chain = x509.load_pem_x509_certificate((folder / f"{ALPN}.crt").read_bytes())
        assert chain == scene.certificate(ALPN)
    assert_nothing_is_left(scene)


def test_who_orders_what_is_not_due_and_fails_is_told_so_and_nobody_else(scene: Scene) -> None:
    stage, before = scene.stage, scene.certificate(HTTP)
    scene.reload(directory=scene.nobody)
    rotate = ("cert", "rotate", f"host/{HTTP}")
    failed = stage.command(*rotate)
    assert failed.returncode == 1
    assert f"cannot reach {scene.nobody}: Connection refused" in failed.stderr
    assert "it is tried again at " in failed.stderr
    assert "the authority is not to be hammered" in stage.command(*rotate).stderr
    assert scene.certificate(HTTP) == before
    assert (scene.listed()[HTTP]["problem"], scene.listed()[HTTP]["judgment"]) == ("", "ok")
    scene.reload()
    done = stage.command(*rotate)
    assert done.returncode == 0, done.stderr
    stage.wait(lambda: scene.certificate(HTTP) != before)


def plain_get(scene: Scene, path: bytes, *, host: str = HTTP) -> tuple[bytes, bytes]:
    """Status line and body of one request to the plain-text twin."""
    head = (
        b"GET " + path + b" HTTP/1.1\r\nhost: " + host.encode() + b"\r\nconnection: close\r\n\r\n"
    )
    answer, _, body = scene.plain(head).partition(b"\r\n\r\n")
    return answer.split(b"\r\n", 1)[0], body


def test_only_a_whole_answer_to_its_token_is_given(scene: Scene) -> None:
    folder = scene.stage.state / "acme/challenges"
    publisher = FolderPublisher(folder)
    path = b"/.well-known/acme-challenge/"
    nowhere = plain_get(scene, path + TOKEN.encode())
    assert nowhere == (b"HTTP/1.1 404 Not Found", b"404 Not Found\n")
    assert plain_get(scene, path, host="unknown.example") == nowhere
    publisher.http(TOKEN, ANSWER)
    (folder / ("b" * 43)).write_text("an answer to something else")
    try:
        assert plain_get(scene, path + TOKEN.encode()) == (b"HTTP/1.1 200 OK", ANSWER.encode())
        assert plain_get(scene, path + TOKEN.encode(), host="unknown.example") == nowhere
        assert plain_get(scene, path + b"b" * 43) == nowhere
        assert plain_get(scene, path + TOKEN.lower().encode()) == nowhere
    finally:
        publisher.withdraw(host=HTTP, token=TOKEN)
        (folder / ("b" * 43)).unlink()
    assert plain_get(scene, path + TOKEN.encode()) == nowhere


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (b"", 404),
        (b"..", 308),  # normalised away: no challenge any more
        (b"..%2f..%2f..%2fsecret.key", 400),
        (b"%2e%2e/%2e%2e/secret.key", 308),
        (b"..%5csecret.key", 400),
        (b"a/b", 404),
        (TOKEN.encode() + b"%0a", 404),
        (TOKEN.encode() + b"%00", 400),
        (TOKEN.encode() + b"\0", 400),
        (TOKEN.encode() + b"?x=" + TOKEN.encode(), 404),
        (b"%", 404),
        (b"%ff%fe", 404),
        (b"\xc3\xa9" * 30, 400),
        (b"a" * 256, 404),
        (b"a" * 10_240, 404),
        (b"a" * 40_000, 431),
    ],
    ids=lambda value: str(value)[:24],
)
def test_odd_tokens_are_harmless(scene: Scene, token: bytes, status: int) -> None:
    line, body = plain_get(scene, b"/.well-known/acme-challenge/" + token)
    assert int(line.split()[1]) == status
    if status != 308:
        assert body == line.split(b" ", 1)[1].lstrip() + b"\n"


def test_a_challenge_is_asked_for_without_a_body(scene: Scene) -> None:
    path = f"/.well-known/acme-challenge/{TOKEN} HTTP/1.1\r\nhost: {HTTP}\r\nconnection: close\r\n"
    assert scene.plain(f"POST {path}content-length: 1\r\n\r\nx".encode()).startswith(
        b"HTTP/1.1 308 "
    )
    much = f"GET {path}content-length: 100000\r\n\r\n".encode() + b"x" * 100_000
    assert scene.plain(much).startswith(b"HTTP/1.1 413 ")


def test_strangers_cannot_fill_the_log(scene: Scene) -> None:
    plain_get(scene, b"/.well-known/acme-challenge/stranger-was-here")
    plain_get(scene, b"/.well-known/acme-challenge/a/stranger-was-here")
    assert "stranger-was-here" not in scene.stage.log()


def test_without_an_edge_nothing_is_ordered(scene: Scene) -> None:
    orders = scene.orders()
    scene.stage.down()
    refused = scene.stage.command("cert", "rotate", f"host/{HTTP}")
    assert refused.returncode == ExitCode.NOT_RUNNING
    assert "the edge does not run" in refused.stderr
    assert scene.orders() == orders
