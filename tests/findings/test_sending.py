"""Who is told of what, by mail, webhook and log; what is not taken is told later."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.findings.scene import Inventory, at, component, finding, take

from ringwall.core.components import Exposure
from ringwall.core.findings import Severity
from ringwall.findings.config import ByLog, ByMail, ByWebhook, Findings, Occasion
from ringwall.runtime.recording import spool_of

pytestmark = pytest.mark.usefixtures("database")
LOW = finding(severity=Severity.LOW, weakness="aws-s3-bucket-logging", title="Nobody logs")
SHOP = Inventory(component(exposure=Exposure.INTERNET))


class Hook:
    """A server that takes, or does not."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.status = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 204:
                    hook.taken.append(json.loads(text))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/x"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


def deliver(rules: Findings, day: float) -> tuple[int, int]:
    from ringwall.findings import sending

    return sending.deliver(rules, at(day))


def mails() -> list[tuple[str, str]]:
    from ringwall.identity.models import OutgoingMail

    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def test_teams_are_told_of_all_and_owners_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ringwall.identity import mailing

    monkeypatch.setattr(mailing, "send_soon", lambda: None)
    rules = Findings(notify=(ByMail(kind="mail", name="team", to=("team@example.com",)),))
    other = finding(component="aws-iam-user/ada")
    take(finding(), LOW, other, categories=SHOP, rules=rules)
    assert deliver(rules, 0) == (1, 0)
    assert mails() == [
        ("team@example.com", "Ringwall: 2 new findings"),
        ("billing@example.com", "Ringwall: 1 new finding"),
    ]
    take(finding(), LOW, other, day=1, rules=rules)
    assert deliver(rules, 1) == (0, 0)


@pytest.mark.parametrize("owner", ["@platform", "ada@", "ada@[", "a@b@c", "ada@b\x0bc", '"ada@b'])
def test_an_owner_that_is_no_address_gets_no_mail(
    monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    from ringwall.identity import mailing

    monkeypatch.setattr(mailing, "send_soon", lambda: None)
    rules = Findings(notify=(ByMail(kind="mail", name="team", to=("team@example.com",)),))
    take(finding(), categories=Inventory(component(owner=owner)), rules=rules)
    assert deliver(rules, 0) == (1, 0)
    assert [to for to, _ in mails()] == ["team@example.com"]


def test_what_a_clock_that_was_ahead_has_noted_is_told() -> None:
    from ringwall.findings.models import Notice

    rules = Findings(notify=(ByLog(kind="log", name="siem"),))
    take(finding(), rules=rules)
    Notice.objects.update(next_try=at(900))
    assert deliver(rules, 0) == (1, 0)


def test_what_is_overdue_is_told_once(hook: Hook) -> None:
    from ringwall.findings import service

    rules = Findings(notify=(ByWebhook(kind="webhook", name="chat", url=hook.url),))
    take(finding(), LOW, categories=SHOP, rules=rules)
    assert service.tell_overdue(rules, now=at(13)) == 0
    assert service.tell_overdue(rules, now=at(15)) == 1
    assert service.tell_overdue(rules, now=at(16)) == 0
    assert deliver(rules, 16) == (2, 0)
    assert [one["text"] for one in hook.taken] == [
        "Ringwall: 1 new finding",
        "Ringwall: the time of 1 finding is over",
    ]
    assert hook.taken[0]["findings"][0]["uid"] == finding().uid


def test_what_is_not_taken_is_told_later_in_one(hook: Hook, caplog: Any) -> None:
    from ringwall.findings.models import Notice

    on = (Occasion.NEW,)
    rules = Findings(notify=(ByWebhook(kind="webhook", name="chat", url=hook.url, on=on),))
    hook.status = 500
    take(finding(), rules=rules)
    assert deliver(rules, 0) == (0, 1)
    assert "answered 500" in Notice.objects.get().error
    assert "127.0.0.1" not in caplog.text
    take(finding(component="aws-iam-user/ada"), day=0.1, rules=rules, scope="else")
    hook.status = 204
    assert deliver(rules, 0.2) == (2, 0)
    assert [one["count"] for one in hook.taken] == [2]
    assert not Notice.objects.exists()


def test_what_nobody_takes_for_days_is_given_up_and_said(hook: Hook, caplog: Any) -> None:
    from ringwall.findings.models import Notice
    from ringwall.findings.sending import MOST_TRIES

    rules = Findings(notify=(ByWebhook(kind="webhook", name="chat", url=hook.url),))
    hook.status = 500
    take(finding(), rules=rules)
    Notice.objects.update(tries=MOST_TRIES - 2)
    assert deliver(rules, 0) == (0, 1)
    assert Notice.objects.exists()
    assert deliver(rules, 1) == (0, 1)
    assert not Notice.objects.exists()
    assert "chat was not told of 1 findings, for days" in caplog.text


def test_what_nobody_is_told_of_any_more_is_forgotten() -> None:
    from ringwall.findings.models import Notice

    rules = Findings(notify=(ByLog(kind="log", name="log"),))
    take(finding(), rules=rules)
    assert deliver(Findings(), 0) == (0, 0)
    assert not Notice.objects.exists()


def test_the_log_is_told_by_an_event_of_its_own(state: Path) -> None:
    rules = Findings(notify=(ByLog(kind="log", name="siem"),))
    take(finding(), rules=rules)
    assert deliver(rules, 0) == (1, 0)
    last = json.loads(spool_of(state).read_bytes().splitlines()[-1])["event"]
    assert last["entity_result"]["data"]["findings"] == [finding().uid]
    assert last["entity_result"]["name"] == "1 new finding"


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two of notify are named x"):
        Findings(notify=(ByLog(kind="log", name="x"), ByLog(kind="log", name="x")))
