"""Searches of large directories: the database finds what they ask for, and the rest has bounds."""

from typing import Any, Final
from urllib.parse import quote

import pytest
from tests.identity.scim.test_scim import GROUP, USER, Call, account, ada, ask, asking, north

__all__ = ["ask", "north"]


@pytest.fixture
def people(ask: Call, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Six people and two groups where two records at most are read one by one."""
    from ringwall.identity.scim import searching

    made = []
    for number in range(6):
        mail = f"p{number}@north.example"
        record = {
            "schemas": [USER],
            "userName": mail.upper(),
            "externalId": f"E{number}",
            "displayName": ("Ödön", "Ada")[number % 2] + f" {number}",
            "title": "Dr",
            "active": number > 1,
            "emails": [{"value": mail, "primary": True}, {"value": f"Alias{number}@x.example"}],
        }
        answer = ask("POST", "Users", record)
        assert answer.status_code == 201, answer.told
        made.append(answer.told)
    for name in ("Finance", "Größe"):
        group = {"schemas": [GROUP], "displayName": name, "members": [{"value": made[0]["id"]}]}
        assert ask("POST", "Groups", group).status_code == 201
    monkeypatch.setattr(searching, "MOST_JUDGED", 2)
    return made


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.told
    found = answer.told.get("Resources") or []
    return [one.get("displayName", "").partition(" ")[2] or one["displayName"] for one in found]


FILTERS: Final = {
    'userName eq "P3@north.example"': ["3"],
    'USERNAME EQ "p3@NORTH.example"': ["3"],
    'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "p3@north.example"': ["3"],
    'userName eq "nobody@north.example"': [],
    'externalId eq "E2"': ["2"],
    'externalId eq "e2"': [],
    'externalId eq ""': [],
    'id eq "not an id"': [],
    'displayName eq "ada 3"': ["3"],
    'displayName eq "ÖDÖN 2"': ["2"],
    'displayName eq "_da 3"': [],
    'emails.value eq "alias4@x.example"': ["4"],
    'emails.value eq "P4@north.example"': ["4"],
    'emails.value eq "Alias_@x.example"': [],
    "active eq false": ["0", "1"],
    'active eq true and externalId eq "E5"': ["5"],
    'active eq true and externalId eq "E0"': [],
    'externalId eq "E2" and title eq "Dr"': ["2"],
    'externalId eq "E2" and title eq "Ms"': [],
    'externalId eq "E1" or userName eq "p5@north.example"': ["1", "5"],
    r'externalId eq "E\u0000"': [],
}
"""What directories ask for, and whom that finds."""


def test_the_database_finds_what_directories_ask_for(ask: Call, people: list[Any]) -> None:
    listed, totals, searched = {}, {}, {}
    for text in FILTERS:
        answer = ask("GET", f"Users?filter={quote(text)}")
        listed[text] = names(answer)
        totals[text] = answer.told["totalResults"]
        searched[text] = names(ask("POST", "Users/.search", {"schemas": [SEARCH], "filter": text}))
    assert listed == FILTERS
    assert totals == {text: len(found) for text, found in FILTERS.items()}
    assert searched == FILTERS


SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def test_a_record_is_found_by_its_id(ask: Call, people: list[Any]) -> None:
    own = people[4]["id"]
    text = quote(f'id eq "{own}"')
    assert names(ask("GET", f"Users?filter={text}")) == ["4"]
    assert names(ask("GET", f"Groups?filter={text}")) == []


def test_pages_are_cut_by_the_database(ask: Call, people: list[Any]) -> None:
    page = ask("GET", "Users?startIndex=5&count=4")
    assert names(page) == ["4", "5"]
    assert (page.told["totalResults"], page.told["startIndex"]) == (6, 5)
    assert names(ask("GET", "Users?filter=active+eq+true&count=2")) == ["2", "3"]
    # One list of both kinds, the page across the border between them.
    both = ask("POST", ".search", {"schemas": [SEARCH], "startIndex": 6, "count": 2})
    assert names(both) == ["5", "Finance"]
    assert both.told["totalResults"] == 8
    assert ask("GET", "Users?startIndex=99").told["totalResults"] == 6


def test_groups_are_found_by_name(ask: Call, people: list[Any]) -> None:
    for text in ("finance", "Größe", "GRÖßE"):
        wanted = quote(f'displayName eq "{text}"')
        found = names(ask("GET", f"Groups?filter={wanted}"))
        assert [one.lower() for one in found] == [text.lower()]
    search = {"schemas": [SEARCH], "filter": 'userName eq "p1@north.example"'}
    assert names(ask("POST", ".search", search)) == ["1"]


@pytest.mark.parametrize(
    "query", ["filter=title+eq+%22Dr%22", "sortBy=userName", "filter=title+pr"]
)
def test_what_the_database_does_not_know_is_judged_of_a_few_only(
    ask: Call, people: list[Any], query: str
) -> None:
    answer = ask("GET", f"Users?{query}")
    assert (answer.status_code, answer.told["scimType"]) == (400, "tooMany")
    assert "6 records" in answer.told["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 17 + "title pr" + ")" * 17,
        "(" * 2000 + "title pr" + ")" * 2000,
        "not (" * 700 + "title pr" + ")" * 700,
        "(" * 4000,
        "emails[" * 400 + "type pr" + "]" * 400,
        'title eq "' + "x" * 5000 + '"',
        " or ".join(["title pr"] * 400),
        "not (" * 100_000,
    ],
    ids=lambda text: text[:10],
)
def test_a_filter_without_bounds_is_refused_and_not_read(ask: Call, text: str) -> None:
    answers = [ask("POST", "Users/.search", {"schemas": [SEARCH], "filter": text})]
    answers.append(ask("POST", ".search", {"schemas": [SEARCH], "filter": text}))
    answers.append(ask("GET", f"Users?filter={quote(text)}"))
    for answer in answers:
        assert (answer.status_code, answer.told["scimType"]) == (400, "invalidFilter")


def test_a_path_nested_without_bounds_is_refused(ask: Call) -> None:
    user = ask("POST", "Users", ada()).told["id"]
    deep = "emails[" + "not (" * 5000 + "type pr" + ")" * 5000 + "]"
    change = {"op": "remove", "path": deep}
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
    answer = ask("PATCH", f"Users/{user}", patch)
    assert answer.status_code == 400
    assert answer.told["scimType"] in {"invalidPath", "invalidFilter", "invalidSyntax"}


def test_one_directory_finds_nothing_of_another(ask: Call, people: list[Any], browser: Any) -> None:
    rival = asking(browser, "south")
    own = people[0]["id"]
    for text in ('externalId eq "E2"', "active eq true", f'id eq "{own}"'):
        assert names(rival("GET", f"Users?filter={quote(text)}")) == []


def test_what_the_company_disabled_later_stays_disabled(ask: Call) -> None:
    """The directory had let the person go before; that it takes them back is not its to say."""
    from ringwall.identity import sessions

    user = ask("POST", "Users", ada()).told["id"]
    ask("PUT", f"Users/{user}", ada(active=False))
    sessions.disable(account(), reason="an incident")
    ask("PUT", f"Users/{user}", ada(active=True))
    assert not account().is_active
    assert ask("DELETE", f"Users/{user}").status_code == 204
    assert not account().is_active


@pytest.mark.parametrize(
    "wanted",
    ["aö" * 1500 + "b", "ö" * 4000],
)
@pytest.mark.parametrize("where", ["Users", "Groups"])
def test_nothing_that_is_sent_becomes_a_pattern_and_reading_shuts_nobody_out(
    ask: Call, people: list[Any], monkeypatch: pytest.MonkeyPatch, where: str, wanted: str
) -> None:
    """SQLite has Python match patterns, for ever if need be, and every transaction there writes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ringwall.identity.scim import searching

    monkeypatch.setattr(searching, "MOST_JUDGED", 2000)
    name = "aö" * 100 if where == "Groups" else "aö" * 1500
    record: dict[str, Any] = {
        "schemas": [GROUP if where == "Groups" else USER],
        "displayName": name,
    }
    if where == "Users":
        record |= {"userName": "long@north.example", "emails": [{"value": "long@north.example"}]}
    assert ask("POST", where, record).status_code == 201
    text = f'displayName eq "{wanted}"'
    with CaptureQueriesContext(connection) as found:
        answers = [
            ask("GET", f"{where}?filter={quote(text)}"),
            ask("POST", f"{where}/.search", {"schemas": [SEARCH], "filter": text}),
            ask("POST", ".search", {"schemas": [SEARCH], "filter": text}),
        ]
    assert [one.status_code for one in answers] == [200, 200, 200]
    said = [one["sql"].upper() for one in found.captured_queries]
    assert any("LIKE" in one or "COUNT" in one for one in said)
    assert not [one for one in said if "REGEXP" in one or "~" in one]
    assert not [one for one in said if one.startswith(("BEGIN", "SAVEPOINT"))]
    longest = max(len(one) for one in said)
    assert wanted.isascii() or longest < 4000


def test_a_letter_that_is_not_ascii_is_found_in_either_case(ask: Call, people: list[Any]) -> None:
    for name in ("ÄÖ", "100%ö"):
        made = ask("POST", "Groups", {"schemas": [GROUP], "displayName": name})
        assert made.status_code == 201
    for wanted, found in (("100%Ö", ["100%ö"]), ("1000Ö", [])):
        text = quote(f'displayName eq "{wanted}"')
        assert names(ask("GET", f"Groups?filter={text}")) == found
