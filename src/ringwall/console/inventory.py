"""The inventory as pages: a search, and a component with all there is of it."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused
from ringwall.inventory.listing import INTERNET
from ringwall.inventory.query import QueryError, parse
from ringwall.inventory.reaching import Hop, Reach
from ringwall.inventory.standing import Event, Standing, Told

_AT_ONCE: Final = 50
_MOST_BACK: Final = 20
"""Pages that one can turn back by."""
_LONGEST: Final = 400
"""Characters of a value in the history."""
_RELATIONS: Final = 100
_STEPS: Final = 50
_TONES: Final = {"internet": "danger", "unknown": "warn"}
_EXPOSED: Final = {"unknown": "exposure unknown"}
_RUN_BY: Final = {
    "own": "us",
    "iaas": "us, on a provider's machines (IaaS)",
    "paas": "a provider, for our programs and data (PaaS)",
    "saas": "a provider (SaaS)",
}
_REACHED: Final = {
    Reach.INTERNET: "The internet reaches it",
    Reach.BEHIND: "The internet gets at it through something else",
    Reach.NONE: "The internet does not reach it",
    Reach.UNKNOWN: "It is not known whether the internet reaches it",
}
_THROUGH: Final = f"{_REACHED[Reach.BEHIND]}; whether it reaches it directly is not known"
_CHOICES: Final = (
    ("All", ""),
    ("Reached by the internet", "reach:internet"),
    ("Without an owner", "is:unowned"),
    ("Not used", "tag:traffic=none"),
    ("Not declared", "tag:declared=no"),
)


@require_safe
@company_only(Action.INVENTORY_SEE)
def search(request: HttpRequest) -> HttpResponse:
    """Components of a query (``q``), by id, from behind ``after`` on."""
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    text = request.GET.get("q", "")
    told: dict[str, Any] = {
        "q": text,
        "choices": [
            {"label": label, "url": _url(q=query), "current": text == query}
            for label, query in _CHOICES
        ],
    }
    try:
        query = parse(text)
    except QueryError as error:
        return render(request, "console/inventory.html", {**told, "mistake": error}, status=400)
    after = request.GET.get("after", "")[:2100]
    back = request.GET.getlist("back")[-_MOST_BACK:]
    found = service.find(query, limit=_AT_ONCE + 1, after=after)
    shown = found[:_AT_ONCE]
    told |= {"rows": [_row(one) for one in shown], "count": service.count(query)}
    if len(found) > _AT_ONCE:
        told["later"] = _url(q=text, after=shown[-1].id, back=[*back, after])
    if after:
        told["earlier"] = _url(q=text, after=back[-1] if back else "", back=back[:-1])
    return render(request, "console/inventory.html", told)


@require_safe
@company_only(Action.INVENTORY_SEE)
def component(request: HttpRequest) -> HttpResponse:
    """One component (``id``): categories, the way from the internet, relations, history."""
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    uid = request.GET.get("id", "")
    one = service.get(uid)
    if one is None:
        return refused(
            request,
            title="There is no such component",
            text="Nobody told of it. Search for a part of its name.",
            url=reverse("inventory"),
            action="Search the inventory",
            status=404,
        )
    ways = service.paths(INTERNET, uid, at_most=3).ways if uid != INTERNET else ()
    told = {
        "one": _row(one),
        "is_only_named": one.first is None,
        "reach": _THROUGH if ways and one.reach is Reach.UNKNOWN else _REACHED[one.reach],
        "facts": [*_facts(one)],
        "ways": [_way(way) for way in ways],
        "relations": [
            {"url": _component(each.other), **_plain(each)}
            for each in service.neighbours(uid, limit=_RELATIONS)
        ],
        "said": [_said(each) for each in service.told_of(uid)],
        "history": [_step(each) for each in service.history(uid, limit=_STEPS)],
    }
    return render(request, "console/component.html", told)


def _row(one: Standing) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.found.label,
        "kind": one.found.kind,
        "url": _component(one.id),
        "owner": one.categories["owner"],
        "classification": one.categories["classification"],
        "environment": one.categories["environment"],
        "exposed": _EXPOSED.get(one.exposure, one.exposure),
        "tone": _TONES.get(one.exposure, ""),
        "gone": one.gone,
        "where": " · ".join(filter(None, (one.found.account, one.found.region))),
    }


def _facts(one: Standing) -> list[tuple[str, str]]:
    tags = ", ".join(f"{key}={value}" for key, value in one.found.tags)
    model = one.categories["service_model"]
    told = [
        ("Id", one.id),
        ("Account", one.found.account),
        ("Region", one.found.region),
        ("Tags", tags),
        ("Owner", one.categories["owner"] or "nobody, as far as anybody says"),
        ("Classification", one.categories["classification"]),
        ("Environment", one.categories["environment"]),
        ("Criticality", one.categories["criticality"]),
        ("Layer", one.categories["layer"]),
        ("Run by", _RUN_BY.get(model, model)),
        ("There since", "" if one.since is None else f"{one.since:%Y-%m-%d %H:%M} UTC"),
        ("Gone since", "" if one.gone is None else f"{one.gone:%Y-%m-%d %H:%M} UTC"),
    ]
    return [(name, value) for name, value in told if value]


def _way(way: tuple[Hop[str], ...]) -> list[dict[str, str]]:
    return [
        {"kind": hop.kind.value, "id": hop.target, "url": _component(hop.target), "why": hop.why}
        for hop in way
    ]


def _plain(each: Any) -> dict[str, Any]:
    return {"kind": each.kind, "other": each.other, "is_forward": each.is_forward, "why": each.why}


def _said(told: Told) -> dict[str, Any]:
    aspects = [
        (
            name,
            value["state"],
            json.dumps(value["value"], indent=2, ensure_ascii=False)
            if value["state"] == "known"
            else value.get("why", ""),
        )
        for name, value in sorted(told.aspects.items())
    ]
    at = "" if told.at is None else f"{told.at:%Y-%m-%d %H:%M} UTC"
    return {"source": told.source, "scope": told.scope, "at": at, "aspects": aspects}


def _step(event: Event) -> dict[str, str]:
    before, after = _differing(event.before, event.after)
    return {
        "at": f"{event.at:%Y-%m-%d %H:%M}",
        "what": event.what,
        "aspect": event.aspect,
        "before": "" if event.what == "vanished" else before[:_LONGEST],
        "after": after[:_LONGEST],
        "source": event.source,
    }


def _differing(before: str, after: str) -> tuple[str, str]:
    """What was known before and after, without what is equal in both; texts that are cut stay."""
    one, other = _known(before), _known(after)
    if isinstance(one, dict) and isinstance(other, dict):
        same = {name for name in one.keys() & other.keys() if one[name] == other[name]}
        one = {name: value for name, value in one.items() if name not in same}
        other = {name: value for name, value in other.items() if name not in same}
    return _in_words(one, before), _in_words(other, after)


def _known(text: str) -> Any:
    """The value of a read that told one, its state where it did not; ``None`` of other texts."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    if not isinstance(told, dict) or "state" not in told:
        return None
    return told.get("value") if told["state"] == "known" else str(told["state"])


def _in_words(value: Any, text: str) -> str:
    if value is None:
        return text
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(each, 'null')}" for name, each in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _component(uid: str) -> str:
    return f"{reverse('inventory_component')}?{urlencode({'id': uid})}"


def _url(**said: Any) -> str:
    given = {name: value for name, value in said.items() if value}
    asked = f"?{urlencode(given, doseq=True)}" if given else ""
    return f"{reverse('inventory')}{asked}"
