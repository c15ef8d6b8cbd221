"""Who is blocked is refused at the door within a second, and nobody else notices."""

import contextlib
import hashlib
import json
import random
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest
from tests.gateway.live.stage import Stage, plain_config
from tests.gateway.sources.databases import countries, systems
from tests.tls import over_tls

from ringwall.gateway.opening import layout_of
from ringwall.gateway.sources import denials
from ringwall.gateway.sources.bringing import known_as
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shelf import Shelf
from ringwall.gateway.wanted import Wanted
from ringwall.gateway.watches import instances
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.worker import run_soon

pytestmark = pytest.mark.e2e

ATTACKER: Final = "127.0.0.66"
LISTED, NAMED, ALLOWED, LATER = "127.0.0.70", "127.0.0.71", "127.0.0.72", "127.0.0.73"
ABROAD, SYSTEM, OTHER_SYSTEM = "127.0.0.74", "127.0.0.75", "127.0.0.76"
GUESSING, SAVED = "127.0.0.77", "127.0.0.78"
JA4_OF_NOBODY: Final = "t13d1516h2_8daaf6152771_02713d6af862"
OTHER: Final = "127.0.0.67"
OK: Final = b"HTTP/1.1 200 OK"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("blocks")
    write_list(folder, LISTED, ALLOWED)
    sources = {
        "block": [f"{NAMED}/32"],
        "allow": [f"{ALLOWED}/32"],
        "feeds": [{"name": "scanners", "file": "lists/scanners.txt"}],
        "countries": {"database": "countries.mmdb", "block": ["XA"]},
        "systems": {"database": "systems.mmdb", "block": ["AS64500"]},
        "fingerprints": {"block": [JA4_OF_NOBODY, fingerprint(fingerprinted())]},
        "user_agents": {"block": ["MassCan"]},
    }
    countries(folder / "countries.mmdb", {f"{ABROAD}/32": "XA", f"{ALLOWED}/32": "XA"})
    systems(folder / "systems.mmdb", {f"{SYSTEM}/32": 64500, f"{OTHER_SYSTEM}/32": 64501})
    with Stage(folder, plain_config(availability={"sources": sources})) as stage:
        yield stage.up()


def write_list(folder: Path, *addresses: str, bad: str = "") -> None:
    """A list of a hundred thousand networks, and these."""
    drawn = random.Random(5)
    many = [f"198.{18 + drawn.randrange(2)}.{n >> 8 & 255}.{n & 255}" for n in range(30_000)]
    many += [f"2001:db8:{n:x}::/48" for n in range(35_000)]
    many += [f"2001:db8:ffff:{n:x}::/64" for n in range(35_000)]
    lines = ["# who scans", *dict.fromkeys(many), *addresses, bad]
    (folder / "lists").mkdir(exist_ok=True)
    fresh = folder / "lists" / "new.txt"
    fresh.write_text("\n".join(lines))
    fresh.replace(folder / "lists" / "scanners.txt")


def fingerprinted() -> ssl.SSLContext:
    """TLS begun as no other test does: with one cipher suite of TLS 1.2, which is not spoken."""
    context = ssl.create_default_context()
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    return context


def fingerprint(context: ssl.SSLContext) -> str:
    """The JA3 of a client, of what it says first."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(into, out, server_hostname="app.localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return ja3(out.read())


def ja3(record: bytes) -> str:
    """Version, suites, extensions, groups and point formats, as decimal numbers, hashed by MD5."""
    hello = record[9:]
    at = 34 + 1 + hello[34]
    suites, at = _counted(hello, at)
    at += 1 + hello[at]
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    extensions: dict[int, bytes] = {}
    while at < end:
        kind = int.from_bytes(hello[at : at + 2], "big")
        size = int.from_bytes(hello[at + 2 : at + 4], "big")
        extensions[kind] = hello[at + 4 : at + 4 + size]
        at += 4 + size
    groups, _ = _counted(extensions.get(10, bytes(2)), 0)
    parts = (
        [int.from_bytes(hello[:2], "big")],
        suites,
        [*extensions],
        groups,
        [*extensions.get(11, bytes(1))[1:]],
    )
    text = ",".join("-".join(map(str, part)) for part in parts)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _counted(data: bytes, at: int) -> tuple[list[int], int]:
    """Numbers of two bytes with their length before them, and where they end."""
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    return [int.from_bytes(data[n : n + 2], "big") for n in range(at + 2, end, 2)], end


class Client:
    """A connection to the edge from an address of this machine's own network."""

    def __init__(
        self,
        stage: Stage,
        source: str,
        *,
        host: str | None = "app.localhost",
        context: ssl.SSLContext | None = None,
    ) -> None:
        context = context or stage.trust()
        if host is None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._tls = over_tls(context, stage.port, host=host, timeout=5, source=source)

    def get(self, *, agent: str = "test") -> bytes:
        """The first line of an answer; the connection stays open."""
        self._tls.sendall(
            b"GET /it HTTP/1.1\r\nhost: app.localhost\r\nuser-agent: "
            + agent.encode()
            + b"\r\n\r\n"
        )
        with self._tls.makefile("rb") as answer:
            status = answer.readline().strip()
            length = 0
            while line := answer.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            answer.read(length)
        return status

    def close(self) -> None:
        self._tls.close()


def is_refused(stage: Stage, source: str, *, host: str | None = "app.localhost") -> bool:
    try:
        Client(stage, source, host=host).close()
    except OSError:  # of which ssl.SSLError is one
        return True
    return False


def redirects(stage: Stage, source: str) -> bool:
    """Whether the plain-text port answers an address."""
    try:
        with socket.create_connection(
            ("127.0.0.1", stage.redirect), 5, source_address=(source, 0)
        ) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nhost: app.localhost\r\n\r\n")
            return plain.recv(100).startswith(b"HTTP/1.1 308")
    except OSError:
        return False


def seconds_until(expected: bool, stage: Stage, source: str, *, within: float = 5) -> float:
    """How long it takes until an address is refused, or no more."""
    began = time.monotonic()
    while is_refused(stage, source) != expected:
        assert time.monotonic() < began + within, stage.log()
        time.sleep(0.02)
    return time.monotonic() - began


def block(stage: Stage, *arguments: str, code: int = 0) -> Any:
    done = stage.command("block", *arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout if code == 0 else done.stderr)


def test_a_block_is_in_force_as_the_command_returns_and_ends_with_it(running: Stage) -> None:
    with (
        contextlib.closing(Client(running, OTHER)) as bystander,
        contextlib.closing(Client(running, ATTACKER)) as inside,
    ):
        assert bystander.get() == inside.get() == OK
        made = block(running, "add", ATTACKER, "--reason", "scans us", "--for", "2h")
        assert (made["network"], made["taken"]) == (f"{ATTACKER}/32", True)
        assert seconds_until(True, running, ATTACKER) < 1
        assert is_refused(running, ATTACKER, host=None)
        assert not redirects(running, ATTACKER)
        assert redirects(running, OTHER)
        assert not is_refused(running, OTHER)
        # What was open goes on, for others and for who is blocked.
        assert bystander.get() == inside.get() == OK
        (listed,) = block(running, "list")
        assert (listed["network"], listed["reason"]) == (f"{ATTACKER}/32", "scans us")
        assert block(running, "remove", ATTACKER)["taken"] is True
        assert seconds_until(False, running, ATTACKER) < 1
        assert bystander.get() == inside.get() == OK


@pytest.mark.alone  # it is within a second that a denial is in force
def test_what_the_sentry_denies_outlives_a_change_and_ends_though_it_is_gone(
    running: Stage,
) -> None:
    layout = layout_of(find(all_sections, config=running.file, state=running.state))
    until = datetime.now(UTC) + timedelta(seconds=12)  # longer than a change takes
    denied = {ip_network(ATTACKER): Denial(until, "asks too much")}
    denials.write(layout.run / denials.DENIED, denied)  # as the sentry does
    assert seconds_until(True, running, ATTACKER) < 1
    config = {**running.config}
    config["edge"] = {**config["edge"], "response_headers": {"x-round": "2"}}
    running.write(config)
    running.ask("reload", author="test")
    assert is_refused(running, ATTACKER)
    assert not is_refused(running, OTHER)
    assert datetime.now(UTC) < until
    seconds_until(False, running, ATTACKER, within=14)
    assert datetime.now(UTC) > until


def test_what_the_edge_watches_is_known_before_it_is_started(running: Stage) -> None:
    gateway = running.gateway()
    configuration = gateway.in_force()
    assert configuration is not None
    counted = instances(gateway.render(Wanted.of(configuration))["edge"])
    folder = Path(f"/proc/{running.pid('edge')}/fd")

    def watched() -> int:
        """How many there are; connections that end meanwhile are none of them."""
        links = 0
        for one in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                links += str(one.readlink()) == "anon_inode:inotify"
        return links

    running.wait(lambda: watched() == counted)


def is_listed(stage: Stage, source: str, context: ssl.SSLContext | None = None) -> bool:
    """Whether a connection ends before anything is answered."""
    try:
        with contextlib.closing(Client(stage, source, context=context)) as client:
            return client.get() != OK
    except OSError:
        return True


@pytest.mark.alone  # so is a list
def test_who_is_on_a_list_is_not_answered_and_a_bad_line_changes_nothing(running: Stage) -> None:
    running.wait(lambda: is_listed(running, LISTED))
    assert is_listed(running, NAMED)
    # On the same list, and allowed.
    assert not is_listed(running, ALLOWED)
    assert not is_listed(running, OTHER)
    with contextlib.closing(Client(running, OTHER)) as bystander:
        assert bystander.get() == OK
        write_list(running.folder, LATER, bad="203.0.113.1/24")
        done = running.command("sources", "refresh", "scanners")
        assert done.returncode == 3
        assert "scanners.txt, line" in done.stderr
        assert "'203.0.113.1/24' is no network: it has bits beyond its prefix" in done.stderr
        assert is_listed(running, LISTED)
        assert not is_listed(running, LATER)
        (own, feed, *places) = json.loads(running.command("sources", "list", "--json").stdout)
        assert (own["list"], own["networks"], own["spared"]) == ("block", 1, 0)
        assert feed["networks"] > 90_000
        assert [one["list"] for one in places] == ["country", "system"]
        assert all(one["made"] for one in places)
        assert (feed["spared"], "line" in feed["refused"]) == (1, True)
        write_list(running.folder, LATER)
        done = running.command("sources", "refresh", "scanners")
        assert done.returncode == 0, done.stderr
        began = time.monotonic()
        while not is_listed(running, LATER):
            assert time.monotonic() < began + 1
            time.sleep(0.02)
        assert not is_listed(running, LISTED)
        assert bystander.get() == OK


def test_who_is_of_a_place_or_begins_tls_as_a_refused_program_does_is_not_answered(
    running: Stage,
) -> None:
    assert is_listed(running, ABROAD)
    assert is_listed(running, SYSTEM)
    context = fingerprinted()
    context.load_verify_locations(str(running.state / "pki" / "edge" / "trust.pem"))
    assert is_listed(running, OTHER, context)
    # Whoever is allowed is, for whatever they would be refused.
    assert not is_listed(running, ALLOWED, context)
    with contextlib.closing(Client(running, OTHER)) as client:
        assert client.get(agent="a masscan of 2026") == b"HTTP/1.1 403 Forbidden"
        assert client.get(agent="a mass of scans") == OK


def test_junk_in_the_place_of_a_database_is_told_and_the_one_of_before_stays(
    running: Stage,
) -> None:
    (running.folder / "countries.mmdb").write_bytes(b"not a database")
    run_soon(find(all_sections, config=running.file, state=running.state), "feeds")
    name = known_as(Place.COUNTRY)
    running.wait(lambda: Shelf(running.state).kept(name).refused != "")
    assert "countries.mmdb is no whole database" in Shelf(running.state).kept(name).refused
    assert is_listed(running, ABROAD)
    countries(running.folder / "countries.mmdb", {f"{LATER}/32": "XA"})
    run_soon(find(all_sections, config=running.file, state=running.state), "feeds")
    running.wait(lambda: not is_listed(running, ABROAD))
    running.wait(lambda: is_listed(running, LATER))


def test_nobody_blocks_themselves(running: Stage) -> None:
    running.environment = {"SSH_CONNECTION": "203.0.113.9 51000 192.0.2.1 22"}
    told = block(running, "add", "203.0.113.0/24", "--reason", "x", code=2)
    running.environment = {}
    assert "you come from 203.0.113.9" in told["error"]["message"]
    assert json.loads((running.state / "sources" / "blocks.json").read_bytes()) == {}


def test_systems_and_programs_are_blocked_as_the_command_returns_and_end(running: Stage) -> None:
    with contextlib.closing(Client(running, OTHER)) as bystander:
        assert not is_listed(running, OTHER_SYSTEM)
        made = block(running, "add", "AS64501", "--reason", "scans us")
        assert (made["kind"], made["network"], made["taken"]) == ("system", None, True)
        assert is_listed(running, OTHER_SYSTEM)
        assert not is_listed(running, OTHER)
        assert bystander.get(agent="zgrab/0.x") == OK
        made = block(running, "add", "agent:ZGrab", "--reason", "a scanner", "--for", "5s")
        until = datetime.fromisoformat(made["until"])
        assert (made["what"], made["taken"]) == ("agent:zgrab", True)
        assert bystander.get(agent="Mozilla/5.0 zgrab/0.x") == b"HTTP/1.1 403 Forbidden"
        running.wait(lambda: bystander.get(agent="zgrab/0.x") == OK)
        assert until < datetime.now(UTC) < until + timedelta(seconds=5)
        # What has no end goes on until it is taken back.
        assert is_listed(running, OTHER_SYSTEM)
        assert block(running, "remove", "AS64501")["taken"] is True
        assert not is_listed(running, OTHER_SYSTEM)


def test_a_list_ends_at_its_time_by_itself(running: Stage) -> None:
    until = datetime.now(UTC) + timedelta(seconds=12)  # longer than a change takes
    sources = running.config["availability"]["sources"]
    night = {
        "name": "night",
        "reason": "guesses passwords",
        "until": until.isoformat(),
        "networks": [f"{GUESSING}/32"],
        "systems": ["AS64501"],
    }
    running.write({**running.config, "availability": {"sources": {**sources, "lists": [night]}}})
    running.ask("reload", author="test")
    assert is_listed(running, GUESSING)
    assert is_listed(running, OTHER_SYSTEM)
    assert datetime.now(UTC) < until
    running.wait(lambda: not is_listed(running, GUESSING), within=40)
    assert until < datetime.now(UTC) < until + timedelta(seconds=20)
    running.wait(lambda: not is_listed(running, OTHER_SYSTEM))
    rows = json.loads(running.command("sources", "list", "--json").stdout)
    (row,) = [one for one in rows if one["list"] == "night"]
    assert (row["reason"], row["over"]) == ("guesses passwords", True)


def test_what_is_saved_is_in_force_by_itself(running: Stage) -> None:
    """With a hundred thousand networks; docs/availability.md says how long it takes."""
    assert not is_listed(running, SAVED)
    write_list(running.folder, SAVED)
    began = time.monotonic()
    running.wait(lambda: is_listed(running, SAVED))
    took = time.monotonic() - began
    print(f"a list of 100,000 networks was in force {took:.2f} s after it was saved")
    assert took < 10
