"""Past requests of people whom the database knows, judged again and reviewed by the commands."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.made_records import API, NOW, SHOP, Scene, encoded, shop
from tests.identity import tenants
from tests.identity.test_every_command import Typist
from tests.lake.logs import into_the_log

from ringwall.access.asking.askers import Asking
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.gateway.answers import Answers
from ringwall.gateway.versions import VersionStore
from ringwall.identity.facts import Facts
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections
from ringwall.runtime.private_files import private_folder

ORDERS = f"https://{API}/v1/north/orders"
BEGIN = datetime.fromtimestamp(NOW, UTC)


@pytest.fixture
def typed(
    database: str,
    facts: Facts,
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Typist]:
    """Somebody at the terminal of the shop, whose configuration was applied before."""
    monkeypatch.setenv("RINGWALL_CONFIG", str(SHOP / "ringwall.yaml"))
    versions = VersionStore(state / "versions")
    configuration = load(SHOP / "ringwall.yaml", all_sections())
    began = BEGIN - timedelta(days=1)
    versions.commit(versions.begin(configuration, author="t", time=began, reason="test"))
    for slug, kind in (("north", "customer"), ("shop", "provider")):
        tenants.organisation(slug, kind=kind)
    yield Typist(capsys)
    shutil.rmtree(state / "versions")
    for name in ("spool", "log"):
        shutil.rmtree(state / name, ignore_errors=True)


@pytest.fixture(params=["spool", "log"], autouse=True)
def collected(request: pytest.FixtureRequest) -> bool:
    """Whether the collector has what was recorded, or has not come to it yet."""
    return bool(request.param == "log")


Record = Callable[..., None]


@pytest.fixture
def recorded(state: Path, collected: bool) -> Record:
    """Records lines, of those whom the edge knew and of strangers, instead of what there was."""

    def record(lines: list[dict[str, Any]], *more: bytes, strange: bytes = b"") -> None:
        for name in ("spool", "log"):
            shutil.rmtree(state / name, ignore_errors=True)
        folder = private_folder(state / "spool" / "edge")
        (folder / "access.jsonl").write_bytes(encoded(lines) + b"".join(more))
        (folder / "strangers.jsonl").write_bytes(strange)
        if collected:
            into_the_log(state)

    return record


def asked_by(user: Any, tenant: str, *roles: str, ago: int = 60) -> Asking:
    found = Principal(
        kind=PrincipalKind.USER,
        id=user.subject,
        name=user.subject,
        email=user.email,
        tenant=tenant,
        roles=roles,
    )
    return Asking(principal=found, strength="mfa", proven_ago=ago, now=NOW)


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """The shop's policies, with fresher proofs asked of support."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    for file in (SHOP / "policies").glob("*.cedar"):
        text = file.read_text().replace("proven_ago <= 3600", "proven_ago <= 600")
        (folder / file.name).write_text(text)
    return folder


SINCE = f"--since {BEGIN - timedelta(hours=1):%Y-%m-%dT%H:%M}Z"


def test_people_are_named_and_their_last_proof_is_known(
    typed: Typist, recorded: Record, drafts: Path, *, collected: bool
) -> None:
    eve = tenants.person("eve@example.com", shop=["support"])
    session = tenants.session(eve, "shop")
    session.proven = BEGIN - timedelta(seconds=1800)
    session.save()
    made = Scene(Answers(shop())).request(asked_by(eve, "shop", "support", ago=1800), "GET", ORDERS)
    line = {**made.line, "session": f"{session.pk}.3", "proven": None}
    recorded([line], b"rubbish \x1b[2J\n")
    found = typed.finds(f"access replay {SINCE} --policies {drafts}")
    assert found["denied"] == {"requests": 1, "people": 1, "programs": 0, "keys": 0}
    assert found["not_asked"] is None
    ((change,),) = (found["changes"],)
    assert change["principals"][0]["name"] == "eve@example.com"
    where = "event 1" if collected else f"access.jsonl at byte {len(encoded([line]))}"
    assert (found["unreadable"], found["unreadable_at"]) == (1, [where])
    # She was proven again since: what her token said then nobody knows.
    session.proven = BEGIN + timedelta(hours=1)
    session.save()
    again = typed(f"access replay {SINCE} --policies {drafts}")
    (left,) = again["cannot_be_judged"]
    assert left["reason"].startswith("it hangs on when the person was proven")


def test_what_strangers_tried_is_looked_back_at_too(typed: Typist, recorded: Record) -> None:
    ada = tenants.person("ada@example.com", north=["customer"])
    scene = Scene(Answers(shop()))
    known = scene.request(asked_by(ada, "north", "customer"), "GET", ORDERS)
    nobody = Principal(kind=PrincipalKind.ANONYMOUS, id="anonymous", name="anonymous")
    strange = scene.request(Asking(principal=nobody, now=NOW + 3600), "GET", ORDERS)
    recorded([known.line], strange=encoded([strange.line]))
    found = typed(f"access replay {SINCE}")
    assert (found["requests"], sum(found["never_asked"].values())) == (2, 1)
    since = f"{BEGIN + timedelta(hours=1, milliseconds=250):%Y-%m-%dT%H:%M:%S}.250Z"
    assert found["strangers_since"] == since
    assert typed("access review")["strangers_since"] == since


def test_lines_without_roles_are_judged_with_those_of_the_database(
    typed: Typist, recorded: Record
) -> None:
    ada = tenants.person("ada@example.com", north=["customer"])
    made = Scene(Answers(shop())).request(asked_by(ada, "north", "customer"), "GET", ORDERS)
    older = {
        name: value
        for name, value in made.line.items()
        if name not in {"roles", "scopes", "strength", "proven"}
    }
    recorded([older])
    found = typed(f"access replay {SINCE}")
    assert (found["same"], found["by_tables"]) == (1, 1)
    member = tenants.member(ada, "north")
    member.roles = []
    member.save()
    (left,) = typed(f"access replay {SINCE}")["cannot_be_judged"]
    assert left == {
        "reason": "judged by the policies of then, the record says otherwise",
        "requests": 1,
        "examples": ["r1"],
    }


def test_grants_that_nobody_used_are_told_with_how_far_back_that_is(
    typed: Typist, recorded: Record, tmp_path: Path
) -> None:
    ada = tenants.person("ada@example.com", north=["customer"])
    tenants.person("eve@example.com", shop=["support"])
    made = Scene(Answers(shop())).request(asked_by(ada, "north", "customer"), "GET", ORDERS)
    now = datetime.now(UTC) - timedelta(hours=3)
    recorded([{**made.line, "time": f"{now:%Y-%m-%dT%H:%M:%S}.000Z"}])
    folder = tmp_path / "least"
    found = typed(f"access review --propose {folder}")
    assert not found["is_covered"]
    assert found["days_covered"] == pytest.approx(3 / 24, abs=0.02)
    assert [(one["name"], one["unused"]) for one in found["unused_grants"]] == [
        ("eve@example.com", "support")
    ]
    assert found["proposed"]["denied"] == 0
    assert 'Role::"customer"' in (folder / "least-privilege.cedar").read_text()
    typed.fails(f"access review --propose {folder}")  # it is taken


def test_what_was_recorded_steers_no_terminal(
    typed: Typist, recorded: Record, drafts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ringwall.cli import main

    eve = tenants.person("eve@example.com", shop=["support"])
    asking = asked_by(eve, "shop", "support", ago=1800)
    made = Scene(Answers(shop())).request(asking, "GET", f"{ORDERS}/7")
    odd = {**made.line, "path": "/v1/north/orders/\x1b[31m\x07\u202e7"}
    recorded([odd, {**made.line, "host": "\x1b]0;x"}])
    for line in (
        f"access replay {SINCE} --policies {drafts}",
        "access review --days 3650",
    ):
        with pytest.raises(SystemExit):
            main.run(line.split())
        told = capsys.readouterr()
        assert not {"\x1b", "\x07", "\u202e"} & {*told.out, *told.err}
        assert "requests are recorded" in told.out


def test_wrong_use_is_told(typed: Typist, tmp_path: Path) -> None:
    typed.fails("access replay --since yesterday")
    typed.fails(f"access replay --policies {tmp_path}")
    (tmp_path / "wrong.cedar").write_text(
        '@id("x") permit (principal in Role::"x", action, resource)'
    )
    code, told = typed._type(["access", "replay", "--policies", str(tmp_path)])
    assert code == 3, told
    empty = typed("access replay")
    assert (empty["requests"], empty["first"], empty["changes"]) == (0, None, [])
    assert json.dumps(empty)
