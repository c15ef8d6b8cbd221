"""From a service to a row of the log: what was sent, whom it is about, what was wrong with it."""

import json
import time
from pathlib import Path

import pytest
from tests.lake.intake.stage import Stage, event, now_ms
from tests.lake.logs import LogScene, append

pytestmark = pytest.mark.e2e


def test_what_services_send_becomes_rows_and_evidence(stage: Stage, tmp_path: Path) -> None:
    person = {"uid": "u-1", "name": "Ann"}
    sent = [
        event("of OCSF", actor={"user": person}, src_endpoint={"ip": "10.0.0.1"}),
        {"msg": "of plain JSON C:\\users", "time": now_ms(), "user_id": "u-2", "ip": "10.0.0.2"},
        {"msg": "an\x1b[31m escape", "method": "GET", "path": "/a?b=c", "status": 200},
        event("too late", time=5),
        17,
    ]
    reply = stage.post(json.dumps(sent))
    assert (reply.json["accepted"], reply.json["quarantined"]) == (3, 2)
    with stage.connected("syslog", "bank") as sock:
        sock.sendall(b"<34>1 - web app - - - of syslog\n")
    stage.wait_for(lambda: b"of syslog" in stage.spool.read_bytes())
    scene = LogScene(tmp_path, now=time.time_ns() // 1000)
    append(scene.places.intake, stage.spool.read_bytes())
    assert scene.collect(flush=True) == 7
    scene.require_true(7)
    rows = scene.rows(
        "message, source, actor_user_uid, actor_user_name, src_ip, path, flags",
        "source LIKE 'service/%'",
    )
    assert sorted(rows) == [
        ("an␛[31m escape", "service/shop", None, None, None, "/a", "neutralised time-assumed"),
        ("of OCSF", "service/shop", "u-1", "Ann", "10.0.0.1", None, None),
        ("of plain JSON C:\\users", "service/shop", "u-2", None, "10.0.0.2", None, None),
        ("of syslog", "service/bank", None, None, None, None, "time-assumed"),
    ]
    put_aside = [message for (message,) in scene.rows("message", "source = 'quarantine'")]
    assert sorted(put_aside) == [
        "an event of service/shop was put aside: neutralised",
        "an event of service/shop was put aside: no JSON object",
        "an event of service/shop was put aside: wrongly timed",
    ]
    assert "10.0.0.1" not in scene.rows("raw", "message = 'of OCSF'")[0][0]
