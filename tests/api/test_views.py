"""Every view of the API and the console: what it asks about, and that only some change anything."""

from typing import Any

import pytest
from tests.api.conftest import Scene, act_as
from tests.identity.views import View, _walk

from ringwall.access.actions import Action

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables

OPEN = {"api/v1/openapi.json": "what there is, the same for everybody"}
"""Views that ask no policy, and why not."""


PARAMETERS = (
    *("q", "limit", "cursor", "field", "every", "tz", "form", "when", "at", "back"),
    *("id", "to", "from", "after", "since", "until"),
    *("state", "all", "severity", "source", "owner", "environment", "exposure", "overdue"),
    *("check", "component", "account", "framework", "standing"),
)

ASKED_BY_POST: dict[str, Any] = {"api/v1/log/sql": {"statement": "SELECT 1"}}
"""Views whose question is too long for a path, and that change nothing either."""

_MEANT = [{"uid": "1111", "version": "*"}]
CHANGING: dict[str, Any] = {
    "api/v1/findings/queue/<uid>/steps": {"step": "acknowledge"},
    "api/v1/findings/queue/<uid>/owner": {"owner": "ada"},
    "api/v1/findings/queue/<uid>/comments": {"text": "seen"},
    "api/v1/findings/bulk": {"step": "acknowledge", "findings": _MEANT},
    "company/findings/bulk": {"step": "acknowledge", "chosen": "1111.x"},
    "company/findings/<str:uid>/step": {"step": "acknowledge"},
    "company/findings/<str:uid>/comment": {"text": "seen"},
    "company/findings/<str:uid>/owner": {"owner": "ada"},
}
"""Views that change something, and a change for each. They are asked by POST alone."""


def asked(browser: Any, view: View) -> Any:
    """What a view answers to a question that is good."""
    told = {**ASKED_BY_POST, **CHANGING}.get(view.pattern)
    if view.pattern.startswith("company/") and told is not None:
        return browser.post(path_of(view), told)
    if told is not None:
        return browser.post(path_of(view), told, content_type="application/json")
    return browser.get(path_of(view), QUERY_STRING="wait=0")


def views() -> list[View]:
    from ringwall.api import api
    from ringwall.console import pages

    patterns = [*api.urlpatterns, *pages.urlpatterns]
    return [View(pattern, callback, names) for pattern, callback, names, _ in _walk(patterns)]


def path_of(view: View) -> str:
    path = "/" + view.pattern
    for name in view.parameters:
        for kind in ("int", "str", "path"):
            path = path.replace(f"<{kind}:{name}>", "1").replace(f"<{name}>", "1")
    return path


def test_every_view_names_the_action_that_it_is_guarded_by(log: Scene, browser: Any) -> None:
    from ringwall.identity.pages.guarded import actions_of

    found = {one.pattern: actions_of(one.callback) for one in views()}
    assert len(found) >= 13
    assert {one for one, actions in found.items() if not actions} == set(OPEN)
    assert {actions for actions in found.values() if actions} == {
        (Action.LOG_SEE,),
        (Action.INVENTORY_SEE,),
        (Action.FINDINGS_SEE,),
        (Action.FINDINGS_CHANGE,),
        (Action.POSTURE_SEE,),
    }
    changing = {one for one, actions in found.items() if actions == (Action.FINDINGS_CHANGE,)}
    assert changing == set(CHANGING)


def test_every_view_asks_who_is_there_and_whether_they_may(
    log: Scene, people: None, browser: Any
) -> None:
    from ringwall.identity.pages.guarded import actions_of

    guarded = [one for one in views() if one.pattern not in OPEN]
    for one in guarded:
        assert asked(browser, one).status_code in {302, 401}, one.pattern
    act_as(browser, "boss@example.com")
    for one in guarded:
        assert asked(browser, one).status_code in {403, 404}, one.pattern
    denied = [one for one in log.recorded() if one.get("status_id") == 2]
    asked_for = [one.get("api", {}).get("operation") for one in denied]
    asked_for = [one for one in asked_for if one in set(Action)]
    assert sorted(asked_for) == sorted(
        str(action) for one in guarded for action in actions_of(one.callback)
    )


def test_nothing_is_changed_by_others(log: Scene, people: None, browser: Any) -> None:
    act_as(browser, "owner@example.com")
    for view in views():
        by_post = view.pattern in ASKED_BY_POST or view.pattern in CHANGING
        for method in {"POST", "PUT", "PATCH", "DELETE"} - ({"POST"} if by_post else set()):
            assert browser.generic(method, path_of(view)).status_code == 405, view.pattern
    for pattern in ASKED_BY_POST:
        for sql in ("DELETE FROM events", "CREATE TABLE a (b INT)", "SET threads = 1", "LOAD json"):
            told = {"statement": sql}
            answer = browser.post(f"/{pattern}", told, content_type="application/json")
            assert answer.status_code == 400, sql


def test_no_view_breaks_on_what_is_odd(log: Scene, people: None, browser: Any) -> None:
    act_as(browser, "owner@example.com")
    odd = ("%00", "%ff", "%ED%A0%80", "a" * 5000, "%22%27%3B--", "%E2%80%AE", "-1", "1e9")
    for view in views():
        if view.pattern in CHANGING:
            answer = browser.get(path_of(view))
            if view.pattern.startswith("company/"):  # whoever signed in again comes by this way
                assert answer.status_code == 302, view.pattern
                assert answer["Location"].startswith("/company/findings"), view.pattern
            else:
                assert answer.status_code == 405, view.pattern
            continue
        for text in odd:
            told = "&".join(f"{name}={text}" for name in PARAMETERS) + "&wait=0"
            answer = browser.get(path_of(view), QUERY_STRING=told)
            assert answer.status_code < 500, (view.pattern, text[:80])
            if view.pattern.startswith("api/v1/log/"):  # where one mistake hides the other
                answer = browser.get(path_of(view), QUERY_STRING=f"q={text}&every={text}&wait=0")
                assert answer.status_code < 500, (view.pattern, text[:80])
