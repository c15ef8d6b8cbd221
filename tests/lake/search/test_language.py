"""Queries are read, or told what is wrong with them where it stands."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocsf_json_schema import get_ocsf_schema
from tests.lake.search import made

from ringwall.lake.search.classes import BY_WORD, CLASSES
from ringwall.lake.search.fields import FIELDS, FORMS, Kind
from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.matching import matches
from ringwall.lake.search.mistakes import QueryError
from ringwall.lake.search.moments import microseconds
from ringwall.lake.search.tree import OneOf, Within


def query(text: str) -> Query:
    return parse(text, now=made.NOW)


ROW = made.row(
    7,
    time=datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
    actor_user_uid="ada",
    status_code=404,
    src_ip="10.1.2.3",
    path="/api/Orders/7",
    duration_ms=1500,
    bytes_out=2_000_000,
    severity_id=4,
    action_id=2,
    status_id=2,
    kind="ocsf/1",
    message="nothing of that name",
    raw='{"actor":{"process":{"pid":42}},"http_request":{"user_agent":"curl/8.1"}}',
)

FOUND = (
    "",
    "*",
    "user:ada",
    "USER:ada",
    "actor.user.uid:ada",
    "user:(eve, ada)",
    "user:(eve OR ada)",
    "user:a*",
    "user:*",
    "-session:*",
    "NOT user:eve",
    "!user:eve",
    "status:404",
    "status:>=400",
    "status:400..499",
    "status:4xx",
    "status:(2XX,4xx)",
    "status:400..",
    "status:..404",
    "status:(403,404)",
    "status:=404",
    "status:<405",
    "ip:10.0.0.0/8",
    "ip:10.1.2.3",
    "ip:10.1.*",
    "ip:(10.1.0.0/16, ::1)",
    "duration:>1s",
    "duration:1500",
    "duration:1s..2s",
    "bytes_out:>1MB",
    "bytes_out:<2MiB",
    "class:http",
    "class:4002",
    "class:http-activity",
    "severity:high",
    "severity:>=high",
    "severity:medium..critical",
    "is:denied",
    "is:failed",
    "outcome:failure",
    "orders",
    "ORDERS/7",
    '"of that name"',
    "nothing*name",
    "curl",
    "raw:curl/8",
    "actor.process.pid:42",
    "actor.process.pid:>41",
    "http_request.user_agent:curl*",
    "last 1h",
    "last 2 hours",
    "last hour",
    "today",
    "since today",
    "since 14:30",
    "until 14:30",
    "since 2026-11-20",
    "until 2026-11-20",
    "since yesterday",
    "since 2h",
    "since 2 hours ago",
    "between 2026-11-20 and 2026-11-20",
    "since 2026-11-20 14:00",
    "since yesterday 14:00",
    "time:2026-11-20",
    "time:>=2026-11-20T14:30Z",
    "since 2026-11-20T15:30+01:00",
    "(user:eve OR user:ada) status:404",
    "user:eve OR user:ada status:404",
    "user:ada AND status:404",
    "-(user:eve OR status:200)",
    "id:7",
    "action:denied",
    "path:/api/Orders/7",
    'path:"/api/Orders/7"',
    "type:400203",
    "kind:ocsf/1",
    "-is:quarantined",
    "--user:ada",
)
LEFT = (
    "user:Ada",
    "user:eve",
    "user:ad",
    "-user:ada",
    "status:>404",
    "status:200",
    "ip:11.0.0.0/8",
    "ip:10.1.2.30",
    "path:*orders*",
    "duration:>2s",
    "class:authentication",
    "severity:>high",
    "is:quarantined",
    "is:allowed",
    "CURL",
    "raw:CURL",
    "yesterday",
    "last 10m",
    "until yesterday",
    "since 14:31",
    "until 14:29",
    "session:*",
    "user:ada status:200",
    "user:eve OR status:200",
    '"name that"',
    "actor.process.pid:4",
    "actor.process.uid:*",
    'user:"a*"',
    "user:a\\*",
)


@pytest.mark.parametrize("text", FOUND)
def test_it_finds(text: str) -> None:
    assert matches(query(text).tree, ROW)


@pytest.mark.parametrize("text", LEFT)
def test_it_leaves_out(text: str) -> None:
    assert not matches(query(text).tree, ROW)


@pytest.mark.parametrize(
    ("text", "told", "marked", "nearest"),
    [
        ("usr:ada", 'no field "usr"', "usr", "user"),
        ("user:ada stauts:404", 'no field "stauts"', "stauts", "status"),
        ("status:>=abc", "no whole number", ">=abc", ""),
        ("status:4*", "is no text", "4*", ""),
        ("status:499..400", "range is empty", "499..400", "400..499"),
        ("user:>5", "greater or less", ">5", ""),
        ("ip:10.0.0.1/8", "bits set", "10.0.0.1/8", "10.0.0.0/8"),
        ("ip:10.0.0", "no address", "10.0.0", ""),
        ("class:htpp", "no class", "htpp", "http"),
        ("severity:hihg", "no severity", "hihg", "high"),
        ("is:deneid", 'nothing is "deneid"', "deneid", "denied"),
        ("bytes_in:5XB", "no size", "5XB", ""),
        ("duration:5parsecs", "no length of time", "5parsecs", ""),
        ("(a OR b", "never closed", "(", ""),
        ("a)", "never opened", ")", ""),
        ("()", "empty", "()", ""),
        ("user:()", "empty", "()", ""),
        ("user:(a", "never closed", "(", ""),
        ("user:", "nothing is asked", "user:", ""),
        ('user:"a', "never closed", '"', ""),
        ('user:a"b"', "within a word", '"', ""),
        ("user:“ada”", "straight double quotes", "“", '"'),
        ("a or b", '"or" is written OR', "or", "OR"),
        ("a AND", "missing", "", ""),
        ("OR a", "joins nothing", "OR", ""),
        ("-", "nothing comes after", "-", ""),
        ("last", "how long", "last", ""),
        ("since friday", "a moment", "since friday", ""),
        ("since 2026-02-30", "a moment", "since 2026-02-30", ""),
        ("between today and yesterday", "ends before", "between today and yesterday", ""),
        ('""', "nothing to look for", '""', ""),
        ("x" * 9000, "at most 8192", "x", ""),
        ("(" * 60 + "a" + ")" * 60, "nested too deeply", "", ""),
        ("-" * 60 + "a", "nested too deeply", "", ""),
        (" ".join(["a"] * 500), "at most 200", "a", ""),
        ("a \udc80", "half a character", "\udc80", ""),
        ("id:99999999999999999999", "no whole number", "99999999999999999999", ""),
        ("id:9999999999999999999999999999", "no whole number", "9999999999999999999999999999", ""),
        ("bytes_in:999999999TB", "more than can be kept", "999999999TB", ""),
    ],
)
def test_a_mistake_is_shown_where_it_stands(
    text: str, told: str, marked: str, nearest: str
) -> None:
    with pytest.raises(QueryError) as refused:
        query(text)
    error = refused.value
    assert told in error.message
    assert error.nearest == nearest
    assert text[error.at : error.end] == marked or not marked
    message, excerpt, caret, *more = str(error).split("\n")
    assert message == error.message
    assert caret.strip() == "^" * len(caret.strip())
    assert excerpt[caret.index("^") :].startswith(marked[:1].replace("\udc80", "\\"))
    assert not nearest or f"did you mean {nearest}?" in more


@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet='ab:*"()-! \\,.0<>=/', max_size=30),
        st.lists(
            st.sampled_from(
                (
                    "user:",
                    "status:>=",
                    "(",
                    ")",
                    "OR",
                    "AND",
                    "NOT",
                    "-",
                    "last",
                    "since",
                    "2h",
                    "and",
                    "between",
                    "yesterday",
                    '"',
                    "a",
                    "*",
                    "ip:",
                    "10.0.0.0/8",
                    "..",
                    "time:",
                    "raw:",
                    "a.b:",
                )
            ),
            max_size=9,
        ).map(" ".join),
    )
)
def test_every_text_is_read_or_refused_with_its_place(text: str) -> None:
    refused: QueryError | None = None
    try:
        found = query(text)
    except QueryError as error:
        refused = error
    if refused is None:
        assert matches(found.tree, ROW) in {True, False}
    else:
        assert 0 <= refused.at <= len(text)
        assert refused.message


def test_hours_are_of_the_zone_that_is_asked_for() -> None:
    zone = timezone(timedelta(hours=2))
    found = parse("since today", now=datetime(2026, 11, 20, 23, 0, tzinfo=UTC), zone=zone).tree
    assert isinstance(found, Within)
    assert found.low == microseconds(datetime(2026, 11, 20, 22, tzinfo=UTC))
    berlin = ZoneInfo("Europe/Berlin")
    long_day = parse("time:2026-10-25", now=made.NOW, zone=berlin).tree
    assert isinstance(long_day, Within)
    assert long_day.high is not None
    assert long_day.low is not None
    assert long_day.high + 1 - long_day.low == 25 * 3_600_000_000


def test_the_classes_are_those_of_the_published_schema() -> None:
    schema = get_ocsf_schema("1.8.0")
    assert dict(CLASSES) == {one["uid"]: one["caption"] for one in schema["classes"].values()}
    for word in ("http", "authentication", "api", "account-change", "detection-finding"):
        tree = query(f"class:{word}").tree
        assert isinstance(tree, OneOf)
        assert tree.values == (BY_WORD[word],)


def test_every_kind_of_field_says_what_it_takes() -> None:
    assert set(FORMS) == set(Kind)
    assert all(one.says and one.names for one in FIELDS)
