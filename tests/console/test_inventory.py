"""The inventory as pages: found, shown safely, and kept from whoever may not see it."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.conftest import act_as
from tests.inventory.scene import CALLS, from_internet, take, thing

from ringwall.core.components import Relation
from ringwall.identity.facts import Facts

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/company/inventory"
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def auditor(facts: Facts, people: None, browser: Any) -> Any:
    take(
        *(thing("aws-sqs-queue", f"q{n:03}") for n in range(120)),
        thing("aws-ec2-instance", "web", tags={"Name": NASTY}),
        thing("aws-rds-instance", "main", listed={"Name": NASTY}),
        relations=[
            from_internet("aws-ec2-instance/web"),
            Relation(CALLS, "aws-ec2-instance/web", "aws-rds-instance/main"),
        ],
    )
    take(thing("aws-rds-instance", "main", listed={"Name": "b"}), day=1, complete=False)
    from ringwall.inventory import service

    service.derive()
    act_as(browser, "auditor@example.com")
    return browser


def shown(answer: Any) -> list[str]:
    return re.findall(r"component\?id=[^\"]*%2F([^\"&]+)\"", answer.content.decode())


def led(answer: Any, label: str) -> str | None:
    found = re.search(rf'href="([^"]*)"[^>]*>{label}</a>', answer.content.decode())
    return None if found is None else unescape(found[1])


def test_one_turns_pages_there_and_back(auditor: Any) -> None:
    answer = auditor.get(f"{AT}?q=kind:aws-sqs-queue")
    pages = [shown(answer)]
    while (more := led(answer, "More")) is not None:
        answer = auditor.get(more)
        pages.append(shown(answer))
    assert [name for page in pages for name in page] == [f"q{n:03}" for n in range(120)]
    for page in reversed(pages[:-1]):
        back = led(answer, "Back")
        assert back is not None
        answer = auditor.get(back)
        assert shown(answer) == page
    assert led(answer, "Back") is None


def test_a_component_is_shown_with_its_way_from_the_internet(auditor: Any) -> None:
    answer = auditor.get(f"{AT}/component?id={quote('aws-rds-instance/main')}")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "through something else; whether it reaches it directly is not known" in text
    assert shown(answer)[:2] == ["web", "main"]
    assert "changed listed" in text


def test_what_others_have_written_is_text(auditor: Any) -> None:
    for path in (f"{AT}?q=web", f"{AT}/component?id=aws-ec2-instance/web"):
        assert NASTY not in auditor.get(path).content.decode()
    assert NASTY not in auditor.get(f"{AT}/component?id=aws-rds-instance/main").content.decode()


def test_a_mistake_is_told_beside_the_question(auditor: Any) -> None:
    answer = auditor.get(f"{AT}?q=knd:x")
    assert answer.status_code == 400
    assert "did you mean kind?" in answer.content.decode()


def test_what_is_not_there_and_who_may_not_see(auditor: Any, browser: Any) -> None:
    assert auditor.get(f"{AT}/component?id=aws-x/none").status_code == 404
    act_as(browser, "boss@example.com")
    assert browser.get(AT).status_code == 404
    assert browser.get("/api/v1/inventory/components").status_code == 403
