"""The log over HTTP: what is answered, what is recorded of it, and what goes wrong."""

import json
from typing import Any

import pytest
from tests.api.conftest import EVENTS, Scene, act_as
from tests.lake.logs import in_a_bucket_away

from ringwall.lake.bucket import VARIABLE
from ringwall.lake.entries import leaf_hash
from ringwall.ledger.bundles import verify
from ringwall.ledger.public_keys import shown_keys

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables

AT = "/api/v1/log"


@pytest.fixture
def auditor(log: Scene, people: None, browser: Any) -> Any:
    act_as(browser, "auditor@example.com")
    browser.get("/")
    return browser


def test_events_come_page_by_page_the_newest_first(log: Scene, auditor: Any) -> None:
    seen: list[int] = []
    path: str | None = f"{AT}/events?q=class:http&limit=120"
    while path is not None:
        answer = auditor.get(path)
        assert answer.status_code == 200, answer.content
        told = answer.json()
        seen += [one["index"] for one in told["events"]]
        link = answer.headers.get("Link")
        assert (link is None) == (told["next"] is None)
        path = None if link is None else link.partition(">")[0].removeprefix("<")
    assert len(seen) == len(set(seen)) == EVENTS + 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_event_is_there_by_number_and_by_uid_as_columns_and_as_ocsf(
    log: Scene, auditor: Any
) -> None:
    first = auditor.get(f"{AT}/events?q=path:/orders/7").json()["events"][0]
    whole = auditor.get(f"{AT}/events/{first['index']}").json()
    assert whole["index"] == first["index"]
    assert json.loads(whole["raw"])["path"] == "/orders/7"
    assert auditor.get(f"{AT}/events/{whole['uid']}").json() == whole
    ocsf = auditor.get(f"{AT}/events/{first['index']}?form=ocsf").json()
    assert ocsf["class_uid"] == 4002
    assert ocsf["http_request"]["url"]["path"] == "/orders/7"
    for missing in ("99999", "nobody", '" OR 1=1'):
        answer = auditor.get(f"{AT}/events/{missing}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_can_be_counted(log: Scene, auditor: Any) -> None:
    assert auditor.get(f"{AT}/count?q=status:403").json() == {"count": 6}
    top = auditor.get(f"{AT}/top?field=code&q=class:http").json()
    assert top == {
        "field": "status",
        "values": [{"value": 200, "count": EVENTS + 1 - 6}, {"value": 403, "count": 6}],
    }
    spans = auditor.get(f"{AT}/histogram?every=1m&q=class:http").json()["spans"]
    assert sum(one["count"] for one in spans) == EVENTS + 1
    assert [one["since"] for one in spans] == sorted(one["since"] for one in spans)


def test_a_proof_holds_elsewhere(log: Scene, auditor: Any) -> None:
    answer = auditor.get(f"{AT}/events/42/proof")
    verdict = verify(answer.content, keys=shown_keys(log.places.tree))
    assert verdict.holds
    assert verdict.index == 42
    assert "event-42.proof.json" in answer.headers["Content-Disposition"]
    assert json.loads(answer.content)["personal"]
    bare = auditor.get(f"{AT}/events/42/proof?personal=false")
    assert json.loads(bare.content)["personal"] == {}
    assert auditor.get(f"{AT}/events/99999/proof").status_code == 404


def test_the_tree_can_be_mirrored(log: Scene, auditor: Any) -> None:
    checkpoint = auditor.get(f"{AT}/checkpoint")
    assert checkpoint.content == (log.places.tree / "checkpoint").read_bytes()
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "no-cache"
    size = int(checkpoint.content.splitlines()[1])
    assert auditor.get(f"{AT}/keys").content == (log.places.tree / "keys").read_bytes()
    for name, entries, width in (
        ("000", "entries/000", 256),
        (f"001.p/{size - 256}", f"entries/001.p/{size - 256}", size - 256),
    ):
        hashes = auditor.get(f"{AT}/tile/0/{name}")
        assert hashes.headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in hashes.headers["Cache-Control"]
        bundle = auditor.get(f"{AT}/tile/{entries}").content
        leaves = b"".join(leaf_hash(one) for one in _split(bundle))
        assert len(leaves) == width * 32
        assert leaves == hashes.content


def _split(bundle: bytes) -> list[bytes]:
    """Entries of a bundle (C2SP tlog-tiles, "Log entries")."""
    found = []
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        found.append(bundle[2 : 2 + size])
        assert len(found[-1]) == size
        bundle = bundle[2 + size :]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "0/999", "0/00", "64/000", "0/001.p/256", "0/x000/001", "entries/001", "entries/999",
        "entries/000.p/0", "entries/000.p/257", "entries/../checkpoint", "../../secret.key",
        "0/..%2f..%2fcheckpoint", "entries", "",
    ],
)  # fmt: skip
def test_what_is_no_tile_is_not_there(log: Scene, auditor: Any, name: str) -> None:
    assert auditor.get(f"{AT}/tile/{name}").status_code == 404


def test_entries_that_went_are_not_there_any_more(log: Scene, auditor: Any) -> None:
    import duckdb

    file = next(log.places.events.rglob("*.parquet"))
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT * FROM read_parquet('{file}') OFFSET 1) TO '{file}.new' (FORMAT parquet)"
        )
    file.with_name(f"{file.name}.new").rename(file)
    assert auditor.get(f"{AT}/tile/entries/000").status_code == 404
    assert auditor.get(f"{AT}/tile/0/000").status_code == 200


def test_every_read_is_in_the_log_before_it_is_answered(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.models import User
    from ringwall.lake import reading_told
    from ringwall.runtime.recording import RecordingError

    asked = (
        "events?q=status:403", "events/3", "events/3/proof", "count", "top?field=user",
        "histogram?every=1h", "tile/entries/000",
    )  # fmt: skip
    for number, path in enumerate(asked, 1):
        assert auditor.get(f"{AT}/{path}").status_code == 200, path
        assert len(log.reads()) == number, path
    subject = User.objects.get(email="auditor@example.com").subject
    first = log.reads()[0]
    assert first["actor"]["user"]["uid"] == subject
    assert first["unmapped"]["ringwall"]["query"] == "status:403"
    assert first["api"]["service"]["name"] == "ringwall api"

    def fails(*_: Any, **__: Any) -> None:
        raise RecordingError("the disk is full")

    monkeypatch.setattr(reading_told, "record_at_once", fails)
    for path in asked:
        answer = auditor.get(f"{AT}/{path}")
        assert answer.status_code == 503
        assert "disk" not in answer.content.decode()
    assert auditor.get(f"{AT}/checkpoint").status_code == 200


def test_mistakes_are_told_with_their_place(log: Scene, auditor: Any) -> None:
    answer = auditor.get(f"{AT}/events", {"q": "status:>=4oo last 2h"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == 400
    assert "status:>=4oo last 2h"[told["query"]["at"] :].startswith(("4oo", ">=4oo"))
    assert "^" in told["shown"]
    assert log.reads() == []
    wrong = {
        "events?limit=0": "limit",
        "events?limit=1001": "limit",
        "events?form=xml": "form",
        "events?tz=Mars/North": "zone",
        "events?cursor=abc": "cursor",
        "top?field=usr": "usr",
        "top": "field",
        "histogram?every=soon": "soon",
    }
    for path, word in wrong.items():
        answer = auditor.get(f"{AT}/{path}")
        assert answer.status_code == 400, path
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert word in answer.content.decode(), path
    assert auditor.post(f"{AT}/events").status_code == 405


def test_so_many_at_once_and_no_more(log: Scene, auditor: Any) -> None:
    from contextlib import ExitStack

    from ringwall.lake.service import AT_ONCE, room

    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(room())
        answer = auditor.get(f"{AT}/events")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert log.reads() == []
        assert auditor.get(f"{AT}/checkpoint").status_code == 200
    assert auditor.get(f"{AT}/events").status_code == 200


def test_what_takes_too_long_is_ended(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.lake import service

    monkeypatch.setattr(service, "FOR_WEB", service.Bounds(seconds=0.000_001))
    answer = auditor.get(f"{AT}/count")
    assert answer.status_code in {200, 422}  # it may be that quick
    monkeypatch.setattr(service, "FOR_WEB", service.Bounds(seconds=10))
    assert auditor.get(f"{AT}/count").status_code == 200


def test_the_document_describes_what_there_is(log: Scene, browser: Any) -> None:
    told = browser.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    prefix = "/api/v1/log/"
    paths = {path: one for path, one in told["paths"].items() if path.startswith(prefix)}
    assert {path.removeprefix(prefix) for path in paths} == {
        "events", "events/{event}", "events/{event}/proof", "count", "top", "histogram",
        "checkpoint", "keys", "tile/{name}", "fields", "tail", "sql",
    }  # fmt: skip
    ways = {path.rpartition("/")[2]: list(one) for path, one in paths.items()}
    assert ways.pop("sql") == ["post"]
    assert all(one == ["get"] for one in ways.values())
    assert all(way["security"] for one in told["paths"].values() for way in one.values())


def test_a_bucket_that_is_away_is_told_by_its_field(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = in_a_bucket_away(log.places.log)
    answer = auditor.get(f"{AT}/events")
    assert (answer.status_code, answer.json()["detail"][:29]) == (
        503,
        "log.bucket.uri is not given, ",
    )
    monkeypatch.setenv(VARIABLE, bucket.encoded())
    answer = auditor.get(f"{AT}/events")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith(
        "log.bucket.endpoint: http://127.0.0.1:1 does not answer"
    )
