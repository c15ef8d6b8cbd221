"""What tokens and sign-ins cost: how many a second and core of the web process behind the edge.

One process of Ringwall's web is started on its unix socket, with SQLite unless
``BENCH_DATABASE_URL`` names a PostgreSQL. The load speaks HTTP/1.1 over kept connections from the
other core. What is compared is the web process's own processor time per request, read from the
kernel: on a busy machine it is steadier than the rate, which is printed beside it.

A part to measure is a function that takes a :class:`Ground` and yields :class:`Work`; add it to
``PARTS``. ``BENCH_PARTS`` names those to measure, such as ``password_sign_in``. ``BENCH_RECORDING``
tells what recording costs: ``unsynced`` does not wait for the disk, ``off`` leaves it out.
"""

import asyncio
import base64
import json
import os
import re
import socket as socket_module
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from ringwall.access.guarding import MACHINE
from ringwall.identity import facts as facts_file
from ringwall.identity.config import Identity
from ringwall.identity.facts import Facts
from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS: Final = float(os.environ.get("BENCH_SECONDS", "4"))
WEB_CORE, LOAD_CORE = 0, 1
CONNECTIONS: Final = 8
HOST: Final = "id.localhost"
TOKEN: Final = "/identity/o/api/token"
SIGN_IN: Final = "/accounts/login/"
PASSWORD: Final = "mountain-lamp-river-eleven"

RECORDING: Final = {
    "": "",
    "unsynced": (
        "import os, types; import ringwall.runtime.recording.spool as spool;"
        "spool.os = types.SimpleNamespace(**(vars(os) | {'fsync': lambda _: None}));"
    ),
    "off": (
        "import ringwall.runtime.recording.spool as spool;"
        "spool._append = lambda path, content: None;"
    ),
}
"""What the web process does before it serves."""

Next = Callable[[bytes], bytes | None]
"""The next request of a connection, of the last answer's body (first empty); ``None`` ends it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A running web process."""

    socket: Path
    process: "subprocess.Popen[bytes]"
    facts: Facts

    @property
    def processor_seconds(self) -> float:
        """What the process has used so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_bytes(self) -> int:
        """What it holds in memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to measure. ``goal`` is a peer's published rate per core.

    ``connections`` says for each connection what it asks. ``statuses`` are those of the answers
    that make one of it, in turn; what has another one has failed.
    """

    name: str
    goal: float
    connections: Sequence[Next]
    statuses: tuple[int, ...] = (200,)


@dataclass(slots=True)
class Seen:
    """What one round saw."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0


def client_credentials(ground: Ground) -> Iterator[Work]:
    """A program gets a token for itself, with its secret or with a key."""
    from ringwall.identity import clients

    made, secret = clients.add(
        clients.Registration(name="bench", scopes=("orders:read",), roles=("clerk",)),
        facts=ground.facts,
        by=MACHINE,
    )
    asked = posted(TOKEN, {"grant_type": "client_credentials"}, basic(str(made.pk), secret or ""))
    yield Work("client credentials", 120, [lambda _: asked] * CONNECTIONS)
    yield Work("client credentials, signed by the client", 120, _signing(ground))


def refresh(ground: Ground) -> Iterator[Work]:
    """A client renews its person's tokens; each refresh token serves once."""
    from ringwall.identity import clients
    from ringwall.identity.provider import grants

    made, secret = clients.add(
        clients.Registration(
            name="bench",
            grant_types=("authorization_code", "refresh_token"),
            scopes=("openid", "email"),
            redirect_uris=("https://app.example/back",),
        ),
        facts=ground.facts,
        by=MACHINE,
    )
    session, now = _session(), datetime.now(UTC)
    head = basic(str(made.pk), secret or "")

    def one() -> Next:
        grant = grants.open_now(
            grants.Wanted(
                client=made,
                session=session,
                organisation=session.organisation,
                scopes=("openid", "email"),
                audiences=(ground.facts.api_audience,),
            ),
            now=now,
        )
        first = grants.refresh_token(grant)

        def following(answer: bytes) -> bytes:
            token = json.loads(answer)["refresh_token"] if answer else first
            form = {"grant_type": "refresh_token", "refresh_token": token}
            return posted(TOKEN, form, head)

        return following

    # A round ends in the middle of an answer, so each has grants of its own.
    for _ in range(ROUNDS):
        yield Work("refresh", 120, [one() for _ in range(CONNECTIONS)])


def password_sign_in(_ground: Ground) -> Iterator[Work]:
    """Somebody opens the page, types mail address and password, and has a session.

    One hash by Argon2id is verified; a browser that is new to the account costs a mail too.
    """
    people = [_person(number) for number in range(CONNECTIONS)]
    for name, known in (("known", True), ("new", False)):
        connections = [_signing_in(*one, known=known) for one in people]
        yield Work(f"password sign-in, {name} browser", 15, connections, (200, 302))


PARTS: Final[Sequence[Callable[[Ground], Iterator[Work]]]] = (
    client_credentials,
    refresh,
    password_sign_in,
)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        ground = start(Path(folder))
        try:
            os.sched_setaffinity(0, {LOAD_CORE % (os.cpu_count() or 1)})
            print(
                f"{'':42} {'per core':>9} {'goal':>6} {'req/s':>7} {'p50':>7} {'p99 ms':>7} failed"
            )
            wanted = os.environ.get("BENCH_PARTS", "")
            for part in PARTS:
                if wanted and part.__name__ not in wanted.split(","):
                    continue
                _measure(ground, list(part(ground)))
            print(f"\nresident: {ground.resident_bytes / 1e6:.0f} MB")
        finally:
            ground.process.terminate()
            ground.process.wait(20)


def start(folder: Path) -> Ground:
    """A web process with tables, keys and facts of its own; this process uses the same tables."""
    url = os.environ.get("BENCH_DATABASE_URL", "")
    os.environ["RINGWALL_STATE"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ringwall.runtime.settings"
    if url:
        os.environ["RINGWALL_DATABASE_URL"] = url
    for purpose in Purpose:
        Keyring(folder, purpose).turn(datetime.now(UTC))
    facts = Facts(settings=Identity(host=HOST), hosts=(HOST, "api.localhost"))
    facts_file.write(folder, facts)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    socket = folder / "web.sock"
    program = (
        f"{RECORDING[os.environ.get('BENCH_RECORDING', '')]}"
        "from pathlib import Path; from ringwall.runtime.web import Doors, serve;"
        "from ringwall.runtime.configuration import Address;"
        f"private = Address.parse({'unix:' + str(folder / 'p.sock')!r});"
        f"serve(Doors.bound(public=Path({str(socket)!r}), private=private))"
    )
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", program], stdout=log, stderr=log)
    os.sched_setaffinity(process.pid, {WEB_CORE})
    until = time.monotonic() + 60
    while not _is_open(socket) and time.monotonic() < until and process.poll() is None:
        time.sleep(0.1)
    if not _is_open(socket):
        sys.exit((folder / "web.log").read_text())
    return Ground(socket, process, facts)


def _is_open(path: Path) -> bool:
    with socket_module.socket(socket_module.AF_UNIX) as asked:
        return asked.connect_ex(str(path)) == 0


def posted(path: str, form: dict[str, str], headers: dict[str, str]) -> bytes:
    """A POST as the edge passes it on."""
    body = urlencode(form).encode()
    told = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        **headers,
    }
    return _asked("POST", path, told) + body


def _asked(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = {
        "host": HOST,
        "x-forwarded-proto": "https",
        "x-ringwall-address": "192.0.2.1",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode()


def basic(name: str, secret: str) -> dict[str, str]:
    """Credentials of a client."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def _measure(ground: Ground, works: Sequence[Work]) -> None:
    by_name: dict[str, list[Work]] = {}
    for work in works:
        by_name.setdefault(work.name, []).append(work)
    for name, rounds in by_name.items():
        rows = []
        for number in range(ROUNDS):
            work = rounds[number % len(rounds)]
            before, began = ground.processor_seconds, time.monotonic()
            seen = asyncio.run(_load(ground.socket, work))
            took, used = time.monotonic() - began, ground.processor_seconds - before
            done = len(seen.latencies)
            if not done:
                sys.exit(f"{name}: nothing of it was answered as it is to be")
            found = sorted(seen.latencies)
            rows.append(
                (
                    done / max(used, 1e-9),
                    done / took,
                    found[done // 2] * 1e3,
                    found[int(done * 0.99)] * 1e3,
                    seen.failed,
                )
            )
        core, rate, p50, p99, _ = (statistics.median(column) for column in zip(*rows, strict=True))
        failed = sum(row[-1] for row in rows)
        goal = rounds[0].goal
        print(f"{name:42} {core:9.0f} {goal:6.0f} {rate:7.0f} {p50:7.1f} {p99:7.1f} {failed:6d}")


async def _load(socket: Path, work: Work) -> Seen:
    seen, until = Seen(), time.monotonic() + SECONDS
    asking = (_ask(socket, one, work.statuses, seen, until) for one in work.connections)
    await asyncio.gather(*asking)
    return seen


async def _ask(
    socket: Path, following: Next, statuses: tuple[int, ...], seen: Seen, until: float
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    body, turn, took = b"", 0, 0.0
    while turn or time.monotonic() < until:
        asked = following(body)
        if asked is None:
            break
        began = time.perf_counter()
        writer.write(asked)
        status, body = await _answer(reader)
        took += time.perf_counter() - began
        if status != statuses[turn]:
            seen.failed += 1
            break
        turn = (turn + 1) % len(statuses)
        if not turn:
            seen.latencies.append(took)
            took = 0.0
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


def _signing(ground: Ground) -> Sequence[Next]:
    """Connections of a client that signs an assertion for each request."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec

    from ringwall.identity import clients
    from ringwall.identity.provider.assertions import TYPE

    key = ec.generate_private_key(ec.SECP256R1())
    public: Any = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    made, _ = clients.add(
        clients.Registration(
            name="bench",
            auth_method="private_key_jwt",
            jwks={"keys": [public]},
            scopes=("orders:read",),
        ),
        facts=ground.facts,
        by=MACHINE,
    )

    def following(_: bytes) -> bytes:
        claims = {
            "iss": str(made.pk),
            "sub": str(made.pk),
            "aud": ground.facts.origin,
            "exp": int(time.time()) + 60,
            "jti": str(time.perf_counter_ns()),
        }
        assertion = jwt.encode(claims, key, "ES256")
        form = {"grant_type": "client_credentials", "client_assertion": assertion}
        return posted(TOKEN, form | {"client_assertion_type": TYPE}, {})

    return [following] * CONNECTIONS


def _person(number: int) -> tuple[Any, str]:
    """Somebody with a password and a confirmed mail address, and where they sit."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import User

    made = User.objects.create_user(f"bench{number}@example.com", PASSWORD, name="Bench")
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made, f"192.0.2.{number + 10}"


def _signing_in(person: Any, address: str, *, known: bool) -> Next:
    """A connection by which one person signs in again and again, each time in a fresh browser."""
    from django.http import HttpRequest, HttpResponse
    from django.middleware.csrf import CSRF_SECRET_LENGTH

    from ringwall.identity import familiar

    cookies = {"__Host-ringwall-csrf": "b" * CSRF_SECRET_LENGTH}
    if known:
        answer = HttpResponse()
        familiar.remember(HttpRequest(), answer, person.email)
        cookies[familiar.COOKIE] = answer.cookies[familiar.COOKIE].value
    headers = {
        "x-ringwall-address": address,
        "origin": f"https://{HOST}",
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }

    def following(page: bytes) -> bytes:
        field = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if field is None:
            return _asked("GET", SIGN_IN, headers)
        form = {"login": person.email, "password": PASSWORD}
        return posted(SIGN_IN, {**form, "csrfmiddlewaretoken": field[1].decode()}, headers)

    return following


def _session() -> Any:
    from ringwall.identity.models import Membership, Organisation, Session, User

    ada = User.objects.create_user("ada@example.com", name="Ada")
    north = Organisation.objects.create(slug="north", name="North")
    Membership.objects.create(user=ada, organisation=north, roles=["buyer"])
    now = datetime.now(UTC)
    return Session.objects.create(
        user=ada,
        organisation=north,
        key="bench",
        expires=now + timedelta(days=1),
        idle=86400,
        acr="mfa",
        amr=["otp", "pwd"],
        proven=now,
    )
