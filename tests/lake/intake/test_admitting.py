"""What becomes of what a service sends: an event, or evidence with a reason; never nothing."""

import base64
import json
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocsf_json_schema import get_ocsf_schema
from tests.lake.intake.stage import event

from ringwall.lake.canonical import canonical
from ringwall.lake.intake.admitting import ACCEPTED, QUARANTINED, Admission, Candidate, admit
from ringwall.lake.intake.classes import CATEGORY_OF
from ringwall.lake.sources.accepted import QUARANTINE
from ringwall.lake.sources.lines import own_events

NOW = 1_790_000_000_000_000


def sent(told: Any, **more: Any) -> tuple[Admission, list[Any]]:
    """What is told, sent as JSON or as it is, and the lines it came to."""
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    found = admit(Candidate(raw=raw, **more), service="shop", received=NOW)
    lines = [orjson.loads(line) for line in found.lines.splitlines()]
    check(found, raw)
    return found, lines


def check(found: Admission, raw: bytes) -> None:
    """What holds for whatever was sent."""
    assert found.lines.endswith(b"\n")
    first, *beside = found.lines.splitlines()
    line = orjson.loads(first)
    assert (line["received"], line["source"]) == (NOW, "service/shop")
    # What reads the spool takes every line for what it is.
    accepted = list(own_events([first, *beside], now=NOW))
    assert all(one.source == QUARANTINE for one in accepted[1:])
    if found.status == ACCEPTED:
        assert accepted[0].source == b"service/shop"
        assert accepted[0].uid == found.uid
        assert canonical(line["event"])[0] in first
        assert found.reason is None
    else:
        assert accepted[0].source == QUARANTINE
        assert line["quarantine"]["reason"] == found.reason
    for one in (line, *map(orjson.loads, beside)):
        if "quarantine" in one:
            assert base64.b64decode(one["bytes"]) == raw[:65_536]
            assert one["quarantine"]["sha256"] == sha256(raw).hexdigest()
            assert one["quarantine"]["size"] == len(raw)


def ocsf(**more: Any) -> dict[str, Any]:
    return {**event(), "time": NOW // 1000, **more}


def test_the_classes_are_those_of_the_published_schema() -> None:
    schema = get_ocsf_schema("1.8.0")
    assert set(CATEGORY_OF) == {one["uid"] for one in schema["classes"].values()}


def test_an_event_in_ocsf_is_kept_as_it_is_and_gets_a_uid() -> None:
    told = ocsf(unmapped={"order": 17})
    found, (line,) = sent(told)
    uid = line["event"]["metadata"].pop("uid")
    assert line["event"] == told
    assert uid == found.uid
    assert found.repeats is None


def test_what_is_about_a_person_lies_beside_under_their_uid() -> None:
    told = ocsf(
        class_uid=3001,
        category_uid=3,
        type_uid=300100,
        actor={"user": {"uid": "u-1", "name": "Ann", "email_addr": "ann@example.org"}},
        user={"uid": "u-2", "full_name": "Bo Example", "type_id": 1},
        src_endpoint={"ip": "10.0.0.1", "port": 5},
        http_request={"http_method": "GET", "user_agent": "curl", "x_forwarded_for": ["10.0.0.2"]},
        raw_data="Ann made Bo",
    )
    _, (line,) = sent(told)
    text = orjson.dumps(line["event"]).decode()
    for secret in ("Ann", "ann@", "Bo", "10.0.0.", "curl"):
        assert secret not in text
    assert line["personal"] == {
        "u-1": {
            "actor": {"user": {"name": "Ann", "email_addr": "ann@example.org"}},
            "src_endpoint": {"ip": "10.0.0.1"},
            "http_request": {"user_agent": "curl", "x_forwarded_for": ["10.0.0.2"]},
        },
        "u-2": {"user": {"full_name": "Bo Example"}},
    }
    assert line["event"]["src_endpoint"] == {"port": 5}
    assert line["flags"] == ["withheld"]


def test_raw_data_goes_with_the_one_person_it_is_about() -> None:
    told = ocsf(actor={"user": {"uid": "u-1"}}, raw_data="Ann did", observables=[{"name": "x"}])
    _, (line,) = sent(told)
    assert line["personal"] == {"u-1": {"raw_data": "Ann did", "observables": [{"name": "x"}]}}


def test_who_signs_in_is_the_one_whose_address_it_is() -> None:
    told = ocsf(class_uid=3002, category_uid=3, type_uid=300200)
    _, (line,) = sent({**told, "user": {"uid": "u"}, "src_endpoint": {"ip": "10.0.0.1"}})
    assert line["personal"] == {"u": {"src_endpoint": {"ip": "10.0.0.1"}}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"class_uid": 1}, "class_uid is no class of OCSF"),
        ({"class_uid": "0"}, "class_uid is no class of OCSF"),
        ({"class_uid": True}, "class_uid is no class of OCSF"),
        ({"time": None}, "time is no number of milliseconds"),
        ({"time": "2026-01-01T00:00:00Z"}, "time is no number of milliseconds"),
        ({"time": 1.5}, "time is no number of milliseconds"),
        ({"time": NOW // 1000 + 300_001}, "wrongly timed"),
        ({"time": NOW // 1000 - 7 * 86_400_000 - 1}, "wrongly timed"),
        ({"time": 2**63}, "wrongly timed"),
        ({"severity_id": "high"}, "severity_id is no number"),
        ({"activity_id": -1}, "activity_id is no number"),
        ({"type_uid": 5}, "type_uid is not that of the class and the activity"),
        ({"category_uid": 3}, "category_uid is not that of the class"),
        ({"message": ["a"]}, "message is no text"),
        ({"actor": "Ann"}, "actor is no object"),
        ({"actor": {"user": ["Ann"]}}, "actor.user is no object"),
        ({"actor": {"user": {"uid": 7}}}, "actor.user.uid is no text"),
        ({"user": {"uid": ""}}, "user.uid has not 1 to 256 characters"),
        ({"metadata": {"uid": "u" * 257}}, "metadata.uid has not 1 to 256 characters"),
        ({"metadata": []}, "metadata is no object"),
        ({"resources": {"uid": "1"}}, "resources is no list of objects"),
        ({"resources": [{"uid": 1}]}, "resources have a type, uid or name that is no text"),
        ({"http_response": {"code": "200"}}, "http_response.code is no number"),
        ({"message": "m" * 32_769}, "string longer than 32768 bytes"),
        ({"unmapped": {str(n): "m" * 30_000 for n in range(2)}}, "larger than 60000 bytes"),
        ({"unmapped": orjson.loads('{"a":' * 40 + "1" + "}" * 40)}, "nested deeper than 32"),
    ],
)
def test_an_event_without_the_form_of_one_is_evidence(change: Any, reason: str) -> None:
    found, _ = sent(ocsf(**change))
    assert (found.status, found.reason) == (QUARANTINED, reason)


def test_an_event_at_the_bounds_of_time_is_one() -> None:
    for time in (NOW // 1000 + 300_000, NOW // 1000 - 7 * 86_400_000):
        assert sent(ocsf(time=time))[0].status == ACCEPTED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense",
        b"[]",
        b"17",
        b'{"a":1,"a":2}',
        b'{"class_uid":0,"class_uid":0}',
        b'{"a":1e999}',
        b'{"a":NaN}',
        b'{"a":123456789012345678901234567890}',
        b'{"a":"\xff"}',
        b"[" * 5000,
        b'{"m":"' + b"x" * 300_000 + b'"}',
        b"\x00" * 100,
    ],
)
def test_what_is_no_event_is_evidence_with_its_bytes(raw: bytes) -> None:
    assert sent(raw)[0].status == QUARANTINED


@pytest.mark.parametrize("wrap", [lambda text: {"msg": text}, lambda text: ocsf(message=text)])
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("paid\n127.0.0.1 - admin signed in", "paid␊127.0.0.1 - admin signed in"),
        ("\x1b[2J\x1b]0;owned\x07", "␛[2J␛]0;owned␇"),
        ("a\x00b\x7fc\x9bd", "a␀b␡c\ufffdd"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_a_terminal_would_act_on_is_neutralised_and_kept_beside(
    wrap: Any, text: str, kept: str
) -> None:
    found, (line, beside) = sent(wrap(text))
    assert line["event"]["message"] == kept
    assert "neutralised" in line["flags"]
    assert beside["quarantine"]["reason"] == "neutralised"
    assert beside["quarantine"]["of"] == found.uid


def test_a_service_cannot_say_that_it_is_another() -> None:
    told = ocsf(source="service/bank", metadata={"product": {"name": "bank"}, "uid": "1"})
    _, (line,) = sent(told)
    assert line["source"] == "service/shop"
    assert line["event"]["source"] == "service/bank"
    hostile = b'{"class_uid":0,"time":%d,"message":"\\"},\\"source\\":\\"bank\\"\\n"}' % (
        NOW // 1000
    )
    assert sent(hostile)[1][0]["source"] == "service/shop"


@given(
    st.dictionaries(
        st.sampled_from(
            (
                *("time", "level", "msg", "message", "user", "user_id", "email", "ip", "method"),
                *("path", "status", "action", "class_uid", "metadata", "tenant", "host", "a"),
            )
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=6)
        | st.sampled_from(("GET", "10.0.0.1", "info", "2026-09-21T12:00:00Z", "/a?b=c", "http://["))
        | st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
        max_size=8,
    )
)
def test_whatever_object_is_sent_comes_to_an_event_or_to_evidence(told: Any) -> None:
    sent(told)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_come_to_evidence(raw: bytes) -> None:
    sent(raw)
