"""What the log gives out as OCSF is as the published schema says, whoever sent it."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema
from tests.lake.logs import LogScene, append, edge_line, own_line

from ringwall.lake.columns import TYPES
from ringwall.lake.ocsf import event_of
from ringwall.lake.own import Act, log_event


@cache
def _validator(class_uid: int, profiles: tuple[str, ...]) -> Any:
    schema = OcsfJsonSchema(get_ocsf_schema("1.8.0"))
    name = schema.lookup_class_name_from_uid(class_uid)
    made = OcsfJsonSchemaEmbedded(schema).get_class_schema(name, profiles=list(profiles))
    return Draft202012Validator(made)


def events_of(scene: LogScene) -> list[dict[str, Any]]:
    names = ", ".join(f'"{name}"' for name in TYPES)
    rows = scene.rows(names)
    return [event_of(dict(zip(TYPES, row, strict=True))) for row in rows]


def require_valid(event: dict[str, Any]) -> None:
    profiles = tuple(event["metadata"].get("profiles", ()))
    wrong = [
        f"{'/'.join(map(str, one.path))}: {one.message[:200]}"
        for one in _validator(event["class_uid"], profiles).iter_errors(event)
    ]
    assert wrong == [], event


def test_requests_are_http_activity(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(
        scene.places.edge[0],
        edge_line(1, ja4="t13d1812h1_85036bcba153_d41ae481755e", policy="policy:a", program="app"),
        edge_line(2, session="k_17", status=403, details="rbac_access_denied_matched_policy[x]"),
    )
    append(
        scene.places.edge[1],
        edge_line(3, user=None, session=None, tenant=None, service=None, route=None, method="BREW"),
        edge_line(4, user=None, status=0, host=None, path=None, protocol=None, tls=None, ms=0),
    )
    scene.collect(flush=True)
    first, second, third, fourth = events_of(scene)
    for one in (first, second, third, fourth):
        require_valid(one)
        assert one["class_uid"] == 4002
    assert first["src_endpoint"] == {"ip": "10.1.0.1"}
    assert first["ja4_fingerprint_list"][0]["value"].startswith("t13d")
    assert (second["action_id"], second["disposition_id"]) == (2, 2)
    assert second["actor"]["user"]["credential_uid"] == "k_17"
    assert "http_method" not in third["http_request"]
    assert (third["activity_id"], third["type_uid"]) == (99, 400299)
    assert "url" not in fourth["http_request"]


def test_what_was_put_aside_and_what_the_log_says_of_itself_are_valid(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], b"garbage \xff\x00 {\n")
    append(scene.places.activity, own_line("a"), own_line("a"))
    with scene.collector() as collector:
        collector.turn()
        for act in Act:
            made = log_event(act, "it \x1b was done", now=scene.clock(), by="tests", about={"a": 1})
            collector.accept([made])
    for event in events_of(scene):
        require_valid(event)


LINES = st.fixed_dictionaries(
    {
        "method": st.sampled_from(("GET", "POST", "PROPFIND", "", "get")),
        "path": st.one_of(st.none(), st.text(max_size=40)),
        "host": st.one_of(st.none(), st.text(max_size=20)),
        "status": st.integers(0, 599),
        "ms": st.integers(0, 10**9),
        "user": st.one_of(st.none(), st.text(min_size=1, max_size=20)),
        "policy": st.one_of(st.none(), st.text(min_size=1, max_size=20)),
        "protocol": st.sampled_from(("HTTP/1.1", "HTTP/2", None, "HTTP/9")),
    }
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(LINES, min_size=1, max_size=20))
def test_any_request_is_valid_and_proven(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]]
) -> None:
    scene = LogScene(tmp_path_factory.mktemp("log"))
    append(scene.places.edge[0], *(edge_line(n, **said) for n, said in enumerate(lines)))
    scene.collect(flush=True)
    events = events_of(scene)
    assert len(events) == len(lines)
    for event in events:
        require_valid(event)
    scene.require_true(len(lines))
