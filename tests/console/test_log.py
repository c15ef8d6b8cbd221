"""The log as pages: found, shown safely, verified, taken along; and kept from whoever may not."""

import re
from html import unescape
from typing import Any

import pytest
from tests.api.conftest import EVENTS, Scene, act_as
from tests.identity.signing_in import words
from tests.lake.logs import in_a_bucket_away

from ringwall.lake.bucket import VARIABLE
from ringwall.ledger.bundles import verify
from ringwall.ledger.public_keys import shown_keys

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables

AT = "/company/log"


@pytest.fixture
def auditor(log: Scene, people: None, browser: Any) -> Any:
    act_as(browser, "auditor@example.com")
    return browser


def shown(answer: Any) -> list[int]:
    """The events of a page, in order."""
    return [
        int(one) for one in re.findall(r'href="/company/log/([0-9]+)"', answer.content.decode())
    ]


def led(answer: Any, label: str) -> str | None:
    found = re.search(rf'href="([^"]*)"[^>]*>{label}</a>', answer.content.decode())
    return None if found is None else unescape(found[1])


def test_one_turns_pages_there_and_back(log: Scene, auditor: Any) -> None:
    seen, path = [], f"{AT}?q=class:http&when=all"
    pages = [path]
    while True:
        answer = auditor.get(path)
        assert answer.status_code == 200
        seen.append(shown(answer))
        older = led(answer, "Older")
        if older is None:
            break
        path = AT + older.removeprefix(AT)
        pages.append(path)
    assert len({index for page in seen for index in page}) == EVENTS + 1
    assert sum(map(len, seen)) == EVENTS + 1
    assert len(pages) == 7
    for page in reversed(seen[:-1]):
        newer = led(answer, "Newer")
        assert newer is not None
        answer = auditor.get(newer)
        assert shown(answer) == page
    assert led(answer, "Newer") is None


def test_bars_tell_of_all_that_is_found(log: Scene, auditor: Any) -> None:
    text = auditor.get(f"{AT}?q=class:http&when=all").content.decode()
    says = re.search(r'role="img" aria-label="([^"]*)"', text)
    assert says is not None
    assert f"{EVENTS + 1}" in says[1]
    assert "<rect" in text
    assert "Nothing was found" in words(auditor.get(f"{AT}?q=user:nobody&when=all"))
    assert "choose a longer one" in words(auditor.get(f"{AT}?q=user:nobody"))


def test_a_mistake_is_shown_with_its_place(log: Scene, auditor: Any) -> None:
    answer = auditor.get(AT, {"q": "usr:<b>", "when": "all"})
    assert answer.status_code == 400
    text = answer.content.decode()
    told = re.search(r'<pre class="mistake"[^>]*>(.*?)</pre>', text, re.DOTALL)
    assert told is not None
    assert "^^^" in told[1]
    assert "<b>" not in text
    assert 'value="usr:&lt;b&gt;"' in text


def test_what_others_wrote_is_shown_and_never_obeyed(log: Scene, auditor: Any) -> None:
    answer = auditor.get(AT, {"q": "path:*script*", "when": "all"})
    (index,) = set(shown(answer))
    for page in (answer, auditor.get(f"{AT}/{index}")):
        text = page.content.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>" not in text
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
        assert "\\u202e" in text, "what turns the direction of writing is made visible"


def test_an_event_is_really_verified(log: Scene, auditor: Any) -> None:
    text = words(auditor.get(f"{AT}/42"))
    assert "It is the event that was accepted." in text
    assert "Its fields are what its raw form comes to." in text
    proof = auditor.get(f"{AT}/42/proof")
    assert verify(proof.content, keys=shown_keys(log.places.tree)).holds
    assert auditor.get(f"{AT}/999999").status_code == 404
    assert auditor.get(f"{AT}/999999/proof").status_code == 404


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("raw", "it was changed"),
        ("status_code", "Its columns are not what its raw form comes to"),
    ],
)
def test_an_event_that_was_changed_is_called_that(
    log: Scene, auditor: Any, column: str, why: str
) -> None:
    import duckdb

    change = {"raw": "replace(raw, 'GET', 'PUT') AS raw", "status_code": "500 AS status_code"}
    with duckdb.connect() as database:
        for file in log.places.events.rglob("*.parquet"):
            database.execute(
                f"COPY (SELECT * REPLACE ({change[column]}) FROM read_parquet('{file}'))"
                f" TO '{file}.new' (FORMAT parquet)"
            )
            file.with_name(f"{file.name}.new").rename(file)
    text = words(auditor.get(f"{AT}/42"))
    assert "This is not the event that was accepted." in text
    assert why in text
    assert "Download the proof" not in text


def test_an_event_that_waits_for_its_checkpoint_is_called_that(log: Scene, auditor: Any) -> None:
    from tests.lake.logs import append, edge_line

    append(log.places.edge[0], edge_line(7))
    log.collect()
    newest = log.rows("index")[-1][0]
    text = words(auditor.get(f"{AT}/{newest}"))
    assert "Not verified yet." in text
    assert "accepted" not in text


def test_who_reads_is_in_the_log(log: Scene, auditor: Any) -> None:
    for number, path in enumerate((f"{AT}?q=status:403", f"{AT}/3", f"{AT}/3/proof"), 1):
        assert auditor.get(path).status_code == 200
        assert len(log.reads()) == number
    assert log.reads()[0]["unmapped"]["ringwall"]["query"] == "status:403"


@pytest.mark.parametrize("email", ["member@example.com", "boss@example.com"])
def test_nobody_else_sees_it_and_that_they_tried_is_told(
    log: Scene, people: None, browser: Any, email: str
) -> None:
    act_as(browser, email)
    for path in (AT, f"{AT}/3", f"{AT}/3/proof"):
        assert browser.get(path).status_code == 404
    assert [one["status_id"] for one in log.reads()] == [2, 2, 2]
    assert 'href="/company/log"' not in browser.get("/").content.decode()


def test_it_is_in_the_navigation_of_who_may(log: Scene, auditor: Any) -> None:
    assert 'href="/company/log"' in auditor.get("/").content.decode()


def test_a_bucket_that_is_away_is_told_on_the_page(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = in_a_bucket_away(log.places.log)
    monkeypatch.setenv(VARIABLE, bucket.encoded())
    answer = auditor.get(AT)
    assert answer.status_code == 503
    assert "log.bucket.endpoint: http://127.0.0.1:1 does not answer" in words(answer)
