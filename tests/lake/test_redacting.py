"""What is to be redacted stands nowhere in the log."""

import base64
import json
import time
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line, files_below, own_line

from ringwall.lake.redacting import Redaction
from ringwall.lake.settings import Rule, Settings
from ringwall.lake.sources.lines import own_events
from ringwall.runtime.configuration import ConfigurationError, load_text
from ringwall.runtime.current import all_sections

CARD = "4111111111111111"
RULES = (
    Rule("path", r"/cards/\d{16}", r"/cards/\1"),
    Rule("message", r"\d{16}", "[card]"),
    Rule("actor.user.name", ".+", "somebody"),
    Rule("unmapped.tags", r"\d{16}", "[card]"),
)


def scene_of(tmp_path: Path, *rules: Rule) -> LogScene:
    return LogScene(tmp_path, redact=Redaction(rules))


def test_nothing_of_it_is_in_any_file_of_the_log(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, *RULES)
    append(scene.places.edge[0], edge_line(0, path=f"/cards/{CARD}/é"), edge_line(1))
    event = {"message": f"{CARD} and {CARD}", "unmapped": {"tags": ["a", CARD]}}
    append(scene.places.activity, own_line("a", event=event), own_line("b"))
    scene.collect()
    assert scene.rows("path, flags", "kind = 'edge/1'") == [
        ("/cards/\\1/é", "redacted"),
        ("/orders/1", None),
    ]
    assert scene.rows("message, actor_user_name, flags", "kind = 'ocsf/1'") == [
        ("[card] and [card]", "somebody", "redacted"),
        (None, "somebody", "redacted"),
    ]
    (raw,) = scene.rows("raw", "uid = 'a'")
    assert json.loads(raw[0])["unmapped"]["tags"] == ["a", "[card]"]
    scene.collect(flush=True)
    scene.require_true(4)
    for path in files_below(scene.places.log):
        assert CARD.encode() not in path.read_bytes(), path


def test_of_what_was_put_aside_only_the_hash_stays(tmp_path: Path) -> None:
    """It has no fields, so that nobody could say where something is to be redacted."""
    scene = scene_of(tmp_path, *RULES)
    append(scene.places.edge[0], f"rubbish {CARD}\n".encode())
    scene.collect()
    ((raw, flags),) = scene.rows("raw, flags", "source = 'quarantine'")
    assert "raw_data" not in json.loads(raw)
    assert len(json.loads(raw)["unmapped"]["sha256"]) == 64
    assert flags == "redacted"
    assert base64.b64encode(CARD.encode()) not in raw.encode()


def test_rules_apply_one_after_the_other_and_to_personal_parts(tmp_path: Path) -> None:
    scene = scene_of(
        tmp_path,
        Rule("client", r"\.\d+$", ".0"),
        Rule("host", "shop", "store"),
        Rule("host", "store", "market"),
    )
    append(scene.places.edge[0], edge_line(7, client="192.0.2.77"))
    scene.collect()
    assert scene.rows("src_ip, host") == [("192.0.2.0", "market.example.com")]
    scene.require_true(1)


def test_no_pattern_takes_more_than_its_time() -> None:
    redact = Redaction([Rule("message", "(a+)+$", "")])
    text = own_line("a", event={"message": "a" * 30_000 + "!"})
    began = time.monotonic()
    (found,) = redact(own_events([text], now=1, of="ringwall"))
    assert time.monotonic() - began < 2
    assert found.flags == b""


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{field: path, pattern: '('}", "missing )"),
        (r"{field: path, pattern: '(.)\1'}", "invalid escape sequence"),
        ("{field: path, pattern: '(?=a)'}", "invalid perl operator"),
        ("{field: path, pattern: '((a{1000}){1000}){1000}'}", "invalid repetition size"),
        (f"{{field: path, pattern: '{'a' * 501}'}}", "500"),
        ("{field: time, pattern: a}", "events are filed by time"),
        ("{field: 'a b', pattern: a}", "field"),
        ('{field: path, pattern: a, text: "\\n"}', "printable"),
    ],
)
def test_what_is_no_rule_is_told_where_it_stands(rule: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_text(f"version: 1\nlog: {{redact: [{rule}]}}\n", all_sections())
    (problem,) = refused.value.problems
    assert said in f"{problem.message} {problem.allowed}"
    assert problem.path[:3] == ("log", "redact", 0)


def test_the_collector_is_told_its_rules() -> None:
    settings = Settings(state="s", run="r", notary="n", redact=RULES)
    assert Settings.read(settings.encoded()) == settings
