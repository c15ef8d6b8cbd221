"""``/scim/v2/``: where an organisation's directory keeps its people here (RFC 7644)."""

import json
import logging
from collections.abc import Callable
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    NotFoundException,
    PayloadTooLargeException,
    PreconditionFailedException,
    ResourceType,
    Schema,
    SCIMException,
    ScimProvider,
    ServiceProviderConfig,
)

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.identity import asking
from ringwall.identity.models import Group, Organisation, ProvisionedUser
from ringwall.identity.pages.guarded import guarded_by
from ringwall.identity.scim import groups, resources, searching, tokens, users

log = logging.getLogger("ringwall.identity")

_TYPE: Final = "application/scim+json"
_DISCOVERY: Final = {
    "ServiceProviderConfig": ServiceProviderConfig,
    "ResourceTypes": ResourceType,
    "Schemas": Schema,
}


class _Kind:
    """One kind of record: its rows, its resource, what is done with them."""

    def __init__(
        self, rows: Callable[[Organisation], Any], model: Any, shown: Any, actions: Any
    ) -> None:
        self.rows, self.model, self.shown, self.actions = rows, model, shown, actions


_KINDS: Final = {
    "Users": _Kind(
        lambda one: (
            ProvisionedUser.objects.select_related("organisation", "membership__user")
            .prefetch_related("in_groups")
            .filter(organisation=one)
        ),
        resources.UserResource,
        resources.user_resource,
        users,
    ),
    "Groups": _Kind(
        lambda one: (
            Group.objects.select_related("organisation")
            .prefetch_related("members")
            .filter(organisation=one)
        ),
        resources.GroupResource,
        resources.group_resource,
        groups,
    ),
}


@guarded_by(Action.DIRECTORY_READ, Action.DIRECTORY_WRITE)
@csrf_exempt  # a token in a header is no cookie that a browser would add
def answer(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer one request; all that goes wrong is told as RFC 7644 section 3.12 wants it."""
    token = tokens.token_of(request.headers.get("Authorization", ""))
    if token is None:
        refused = _error(Error(status=401, detail="show a token of your organisation"))
        refused.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
        return refused
    request.ringwall_directory = token  # type: ignore[attr-defined]
    organisation = token.organisation
    parts = [part for part in rest.split("/") if part]
    reads = _only_reads(request, parts)
    action = Action.DIRECTORY_READ if reads else Action.DIRECTORY_WRITE
    decision = asking.may(asking.directory(organisation), action, organisation)
    if not decision.allowed:
        guarding.note(decision)
        log.warning("%s", decision)
        told = f"the token does not let you do this (reference {decision.reference})"
        return _error(Error(status=403, detail=told))
    # Reading opens no transaction: on SQLite each would shut out everybody who writes.
    kept = nullcontext() if reads else transaction.atomic()
    try:
        with kept, resources.POLICY:
            guarding.note(decision)  # of what is only read nothing is kept
            return _answer(request, organisation, parts)
    except SCIMException as error:
        found = error.to_error()
    except ValidationError as error:
        found = Error.from_validation_errors(error)[0]
    except RecursionError:
        found = Error(status=400, scim_type="invalidSyntax", detail="that is nested too deeply")
    except RequestDataTooBig:
        found = _too_big().to_error()
    except (ValueError, LookupError, PermissionError) as error:
        if isinstance(error, KeyError | IndexError):
            raise
        found = Error(status=400, scim_type="invalidValue", detail=str(error))
    log.info("scim of %s: %s %s: %s", organisation.slug, request.method, request.path, found.detail)
    return _error(found)


def _only_reads(request: HttpRequest, parts: list[str]) -> bool:
    return request.method in {"GET", "HEAD"} or parts[-1:] == [".search"]


def _answer(request: HttpRequest, organisation: Organisation, parts: list[str]) -> HttpResponse:
    match parts:
        case [name, *rest] if name in _DISCOVERY and len(rest) <= 1:
            return _discover(request, _DISCOVERY[name], rest[0] if rest else None)
        case [name] if name in _KINDS:
            return _collection(request, organisation, _KINDS[name])
        case [name, ".search"] if name in _KINDS and request.method == "POST":
            return _search(_KINDS[name], organisation, _json(request))
        case [".search"] if request.method == "POST":
            return _search_all(organisation, _json(request))
        case [name, key] if name in _KINDS:
            return _one(request, organisation, _KINDS[name], key)
    raise NotFoundException(detail=f"there is nothing at {request.path}")


def _discover(request: HttpRequest, model: Any, key: str | None) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return _not_allowed(request, "GET")
    if "filter" in request.GET:
        return _error(Error(status=403, detail="what we announce cannot be filtered"))
    told = _announced(resources.location(""))
    if model is ServiceProviderConfig:
        if told.config is None or key is not None:
            raise NotFoundException
        return _resource(told.config)
    found = list(told.schemas if model is Schema else told.resource_types)
    for one in found:
        if one.meta is None:
            one.meta = resources.meta("Schema", f"/Schemas/{one.id}")
    if key is None:
        return _list(model, found, total=len(found), start=1)
    chosen = next((one for one in found if str(one.id) == key), None)
    if chosen is None:
        raise NotFoundException(detail=f"there is no {key}")
    return _resource(chosen)


def _collection(request: HttpRequest, organisation: Organisation, kind: _Kind) -> HttpResponse:
    if request.method in {"GET", "HEAD"}:
        return _search(kind, organisation, request.GET.dict())
    if request.method != "POST":
        return _not_allowed(request, "GET, POST")
    given = kind.model.model_validate_json(
        _body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST
    )
    row = kind.actions.create(organisation, given)
    made = kind.shown(_row(kind, organisation, str(row.pk)))
    return _resource(made, status=201, context=Context.RESOURCE_CREATION_RESPONSE)


def _one(request: HttpRequest, organisation: Organisation, kind: _Kind, key: str) -> HttpResponse:
    row = _row(kind, organisation, key)
    now = kind.shown(row)
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted != "*" and now.meta.version not in wanted.split(", "):
        raise PreconditionFailedException(detail="the record has changed since: read it anew")
    parameters = resources.parameters_of(kind.model, request.GET.dict())
    match request.method:
        case "GET" | "HEAD":
            if request.headers.get("If-None-Match") == now.meta.version:
                return HttpResponse(status=304)
            return _resource(now, parameters=parameters)
        case "DELETE":
            kind.actions.remove(row)
            return HttpResponse(status=204)
        case "PUT":
            given = kind.model.model_validate_json(
                _body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST
            )
            given.replace(now)
            kind.actions.change(row, given)
            context = Context.RESOURCE_REPLACEMENT_RESPONSE
        case "PATCH":
            change = resources.patch_of(kind.model, _body(request))
            change.patch(now)
            kind.actions.change(row, now)
            context = Context.RESOURCE_PATCH_RESPONSE
        case _:
            return _not_allowed(request, "GET, PUT, PATCH, DELETE")
    changed = kind.shown(_row(kind, organisation, key))
    return _resource(changed, parameters=parameters, context=context)


def _search(kind: _Kind, organisation: Organisation, told: dict[str, Any]) -> HttpResponse:
    """Search records of one kind (RFC 7644 section 3.4.2)."""
    return _searched(kind.model, organisation, [kind], told)


def _search_all(organisation: Organisation, told: dict[str, Any]) -> HttpResponse:
    """Search records of every kind at once (RFC 7644 section 3.4.3)."""
    every = resources.UserResource | resources.GroupResource
    return _searched(every, organisation, list(_KINDS.values()), told)


def _searched(
    model: Any, organisation: Organisation, kinds: list[_Kind], told: dict[str, Any]
) -> HttpResponse:
    searching.require_sensible(told.get("filter"))
    asked = resources.search_of(model, told)
    sources = [searching.Source(one.rows(organisation), one.shown) for one in kinds]
    page, total = searching.search(sources, model, asked)
    start = (asked.start_index_0 or 0) + 1
    return _list(model, page, total=total, start=start, parameters=asked)


def _row(kind: _Kind, organisation: Organisation, key: str) -> Any:
    try:
        found = kind.rows(organisation).filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFoundException(detail=f"there is no record {key[:80]}")
    return found


@lru_cache(maxsize=2)
def _announced(_origin: str) -> ScimProvider:
    return resources.service()


def _body(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > resources.MOST_BYTES:
        raise _too_big()
    if len(request.body) > resources.MOST_BYTES:
        raise _too_big()
    return request.body


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(_body(request))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SCIMException.from_error(
            Error(status=400, scim_type="invalidSyntax", detail="the body is not a JSON object")
        )
    return found


def _too_big() -> PayloadTooLargeException:
    return PayloadTooLargeException(detail=f"a body has {resources.MOST_BYTES} bytes at most")


def _list(
    model: Any, found: list[Any], *, total: int, start: int, parameters: Any = None
) -> HttpResponse:
    told = ListResponse[model](
        total_results=total, start_index=start, items_per_page=len(found), resources=found
    )
    return HttpResponse(
        told.model_dump_json(
            scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters
        ),
        content_type=_TYPE,
    )


def _resource(
    found: Any,
    *,
    status: int = 200,
    parameters: Any = None,
    context: Context = Context.RESOURCE_QUERY_RESPONSE,
) -> HttpResponse:
    text = found.model_dump_json(scim_ctx=context, response_parameters=parameters)
    made = HttpResponse(text, status=status, content_type=_TYPE)
    if found.meta is not None:
        made.headers["Location"] = found.meta.location
        if found.meta.version:
            made.headers["ETag"] = found.meta.version
    return made


def _error(found: Error) -> HttpResponse:
    return HttpResponse(found.model_dump_json(), status=found.status or 400, content_type=_TYPE)


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    refused = _error(Error(status=405, detail=f"{request.method} is not possible here"))
    refused.headers["Allow"] = allowed
    return refused
