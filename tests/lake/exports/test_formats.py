"""Events in formats of others: nothing that was written breaks out of its place."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.search import made

from ringwall.lake.exports.cef import Cef
from ringwall.lake.exports.comma_separated import CommaSeparated
from ringwall.lake.exports.formats import Row, write
from ringwall.lake.exports.ocsf_json import OcsfJson
from ringwall.lake.exports.parquet import write_parquet
from ringwall.lake.exports.syslog import Syslog
from ringwall.lake.search.connecting import connect
from ringwall.lake.search.language import parse
from ringwall.lake.search.parts import of_table

NAMES = [name for name, kind in made.COLUMNS.items() if kind == "VARCHAR"]
TEXTS = st.one_of(
    st.sampled_from(
        (
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "a,b",
            '"',
            "a\nb",
            "a|b",
            "a=b",
            "\\",
            "]",
            '"]',
            "x] [y",
            "\x1b[2J",
            "\u202e",
            "é",
            "\x7f",
            "\r\n<13>1 - forged",
            "cs1=forged",
            "\uff1d1",
        )
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
)
ROWS = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=8).map(
    lambda values: made.row(3, **values)
)


def to_ocsf(row: Row) -> dict[str, Any]:
    return {"class_uid": row["class_uid"], "message": row["message"], "path": row["path"]}


@given(ROWS)
def test_ocsf_is_one_object_a_line(row: dict[str, Any]) -> None:
    line = OcsfJson(to_ocsf).line(row)
    assert line.count(b"\n") == 1
    assert json.loads(line) == to_ocsf(row)


@given(ROWS)
def test_no_cell_is_a_formula_or_leaves_its_place(row: dict[str, Any]) -> None:
    form = CommaSeparated(["index", *NAMES])
    out = io.BytesIO()
    assert write([row], out, form) == 1
    head, cells = csv.reader(io.StringIO(out.getvalue().decode(), newline=""))
    assert head == ["index", *NAMES]
    assert len(cells) == len(head)
    for cell in cells[1:]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
        assert made.steers_nothing(cell)


def test_numbers_stay_numbers_and_times_are_told() -> None:
    line = CommaSeparated(["index", "bytes_in", "time", "message"]).line(made.row(3, bytes_in=-1))
    assert line == b"3,-1,2026-11-20T14:00:03.000000Z,\r\n"


@given(ROWS)
def test_cef_is_read_back(row: dict[str, Any]) -> None:
    line = Cef("1.0").line(row).decode()
    assert line.endswith("\n")
    assert made.steers_nothing(line[:-1])
    head = re.split(r"(?<!\\)(?:\\\\)*\|", line[:-1], maxsplit=7)
    assert len(head) == 8
    assert head[:4] == ["CEF:0", "Ringwall", "Ringwall", "1.0"]
    said = head[7]
    # A key is what stands before a sign that is not escaped: there are no others than ours.
    keys = re.findall(r"(?:^| )([^ =\\]+)(?=(?<!\\)=)", said)
    assert len(keys) == len(set(keys))
    pairs = dict(_pairs(said))
    assert pairs["externalId"] == "3"
    assert pairs["rt"] == "1795183203000"
    for key, column in (("request", "path"), ("msg", "message"), ("suser", "actor_user_name")):
        value = row[column]
        if value is not None and made.steers_nothing(value):
            assert pairs[key].replace("\\=", "=").replace("\\\\", "\\") == value


def _pairs(said: str) -> list[tuple[str, str]]:
    places = [one.start(1) for one in re.finditer(r"(?:^| )([A-Za-z0-9]+)(?==)", said)]
    known = {
        "externalId",
        "rt",
        "src",
        "c6a2",
        "c6a2Label",
        "suid",
        "suser",
        "duid",
        "duser",
        "dhost",
        "destinationServiceName",
        "requestMethod",
        "request",
        "reason",
        "in",
        "out",
        "msg",
        "outcome",
        "act",
        "cs1",
        "cs2",
        "cs3",
        "cs4",
        "cs5",
        "cs6",
        "cn1",
        "cn2",
    }
    known |= {f"{one}Label" for one in known if one[:2] in {"cs", "cn"}}
    pairs = []
    for start, end in zip(places, [*places[1:], len(said) + 1], strict=True):
        key, _, value = said[start : end - 1].partition("=")
        assert key in known, "nothing that was written is a key"
        pairs.append((key, value))
    return pairs


def test_cef_says_what_happened() -> None:
    row = made.row(
        7,
        severity_id=4,
        src_ip="2001:db8::1",
        method="GET",
        path="/a|b=c",
        status_code=403,
        action_id=2,
        status_id=2,
        operation="a|b\\c",
    )
    assert Cef("1|0").line(row).decode() == (
        "CEF:0|Ringwall|Ringwall|1\\|0|400203|a\\|b\\\\c|7|externalId=7 rt=1795183207000 "
        "c6a2=2001:db8::1 c6a2Label=Source IPv6 Address requestMethod=GET request=/a|b\\=c "
        "cn1=403 cn1Label=Status outcome=failure act=denied\n"
    )


@given(ROWS)
def test_syslog_is_one_message_of_ascii(row: dict[str, Any]) -> None:
    message = Syslog(to_ocsf, host="edge 1\n").message(row).decode("ascii")
    assert message.isprintable()
    match = re.fullmatch(
        r"<110>1 2026-11-20T14:00:03\.000000Z edge1 ringwall - 4002 "
        r'\[ringwall@32473((?: [a-z_]+="(?:[^"\\\]]|\\["\\\]])*")*)\] (.*)',
        message,
    )
    assert match is not None
    assert json.loads(match[2]) == to_ocsf(row)
    assert match[1].startswith(' index="3" class_uid="4002"')


def test_parquet_has_the_rows_of_a_search(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    with connect() as found:
        made.create(found, [made.row(number, path=f"/{number % 2}") for number in range(10)])
        query = parse("path:/1", now=made.NOW)
        count = write_parquet(found, lambda _: [of_table("rows")], query, path, limit=4)
        assert count == 4
        told = found.execute("SELECT index, path FROM read_parquet(?)", [str(path)]).fetchall()
        assert told == [(1, "/1"), (3, "/1"), (5, "/1"), (7, "/1")]
        assert path.stat().st_mode & 0o777 == 0o600
        assert write_parquet(found, lambda _: [], query, path, limit=4) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["it's.parquet"]


@pytest.mark.parametrize(
    "form", [CommaSeparated(["a"]), OcsfJson(dict), Cef("1"), Syslog(dict, host="a")]
)
def test_formats_say_what_they_are(form: Any) -> None:
    assert "/" in form.media_type
    assert form.extension.isalpha()
