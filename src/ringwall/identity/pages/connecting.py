"""An organisation's own systems, for those who manage it: sign-on, domains, groups, directory."""

import secrets
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ringwall.access.actions import Action
from ringwall.identity import sessions
from ringwall.identity.asking import may
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Connection, Domain, Membership, Organisation, User
from ringwall.identity.pages.managing import context, door, for_organisations
from ringwall.identity.scim import resources, tokens
from ringwall.identity.sso import connections, domains
from ringwall.identity.sso.looking_up import Internet

_DAYS: Final = 366
_SIGN_ON: Final = (Action.CONNECTIONS_CHANGE, Action.DOMAINS_CHANGE, Action.GROUPS_MAP)


class Common(forms.Form):
    """What every connection has."""

    name = forms.CharField(label="Name", max_length=100, help_text="What members read.")
    default_roles = forms.CharField(
        label="Roles of new members", max_length=500, required=False, help_text="With spaces."
    )
    just_in_time = forms.BooleanField(
        label="Whom it proves becomes a member", required=False, initial=True
    )
    proves_second_factor = forms.BooleanField(
        label="It asks everybody for two factors", required=False
    )


class OpenIdForm(Common):
    """A provider of OpenID Connect."""

    issuer = forms.CharField(label="Issuer", max_length=1000, help_text="Begins with https://")
    client_id = forms.CharField(label="Client id", max_length=500)
    client_secret = forms.CharField(
        label="Client secret",
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class SamlForm(Common):
    """A provider of SAML 2.0."""

    entity_id = forms.CharField(label="Entity id", max_length=1000)
    sso_url = forms.CharField(label="Address of sign-on", max_length=1000)
    certificate = forms.CharField(
        label="Certificate",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="With its BEGIN and END lines; several one after the other.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(Action.CONNECTIONS_SEE, *_SIGN_ON)
@door(*_SIGN_ON)
def sign_on(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show connections, domains and groups; change one of them on POST."""
    forms_shown = {"openid": OpenIdForm(prefix="openid"), "saml": SamlForm(prefix="saml")}
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action in forms_shown:
            kind: type[Common] = OpenIdForm if action == "openid" else SamlForm
            form = forms_shown[action] = kind(request.POST, prefix=action)
            if form.is_valid():
                _connect(organisation, action, form.cleaned_data, by=_user(request))
                messages.success(request, "The connection is there. Try it before you enforce it.")
                return HttpResponseRedirect(request.path)
        else:
            _act(request, organisation, action)
            return HttpResponseRedirect(request.path)
    told = context(
        request,
        organisation,
        connections=[_shown(one) for one in organisation.connections.order_by("created")],
        domains=organisation.domains.order_by("name"),
        mappings=organisation.mappings.order_by("group", "role"),
        record=domains.RECORD,
        well_known=domains.PATH,
        changes=may(_user(request), Action.DOMAINS_CHANGE, organisation).allowed,
        **forms_shown,
    )
    return render(request, "identity/organisation/sign_on.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(Action.DIRECTORIES_SEE, Action.DIRECTORIES_CHANGE)
@door(Action.DIRECTORIES_CHANGE)
def provisioning(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show the directory's tokens; make or withdraw one on POST. A new one is shown this once."""
    secret = ""
    if request.method == "POST" and request.POST.get("action") == "withdraw":
        number = request.POST.get("token", "")
        gone = tokens.withdraw(
            organisation, int(number) if number.isdigit() else 0, by=_user(request)
        )
        messages.success(request, f"The token {gone.name} counts no more.")
        return HttpResponseRedirect(request.path)
    if request.method == "POST":
        name = request.POST.get("name", "")
        _, secret = tokens.make(organisation, name, life=timedelta(days=_DAYS), by=_user(request))
    told = context(
        request,
        organisation,
        tokens=organisation.scimtoken_set.filter(revoked=None).order_by("created"),
        secret=secret,
        changes=may(_user(request), Action.DIRECTORIES_CHANGE, organisation).allowed,
        url=resources.location(""),
    )
    return render(request, "identity/organisation/provisioning.html", told)


def _connect(organisation: Organisation, kind: str, said: dict[str, Any], *, by: User) -> None:
    provider: connections.Oidc | connections.Saml
    if kind == "openid":
        provider = connections.Oidc(
            issuer=said["issuer"],
            client_id=said["client_id"],
            client_secret=said["client_secret"],
        )
    else:
        end = "-----END CERTIFICATE-----"
        parts = [one.strip() for one in said["certificate"].split(end)]
        provider = connections.Saml(
            entity_id=said["entity_id"],
            sso_url=said["sso_url"],
            certificates=tuple(f"{one}\n{end}" for one in parts if one),
        )
    connections.create(
        organisation,
        # Its own name in front: nobody can take the name that another would want.
        slug=f"{organisation.slug[:50]}-{secrets.token_hex(3)}",
        name=said["name"],
        provider=provider,
        default_roles=said["default_roles"].split(),
        just_in_time=said["just_in_time"],
        proves_second_factor=said["proves_second_factor"],
        by=by,
    )


def _act(request: HttpRequest, organisation: Organisation, action: str) -> None:
    said, by = request.POST, _user(request)
    match action:
        case "remove-connection":
            connections.remove(connections.find(organisation, said.get("connection", "")), by=by)
            messages.success(request, "Nobody comes by this connection any more.")
        case "add-domain":
            made = domains.add(organisation, said.get("domain", ""), by=by)
            messages.success(request, f"Publish what stands beside {made.name}, then verify it.")
        case "verify-domain":
            _verify(request, domains.find(organisation, said.get("domain", "")))
        case "remove-domain":
            domains.remove(domains.find(organisation, said.get("domain", "")), by=by)
            messages.success(request, "The connections speak for this domain no more.")
        case "map":
            group, role = said.get("group", ""), said.get("role", "")
            left = connections.map_group(organisation, group, role, by=by)
            messages.success(request, "Members of the group have the role from now on.")
            _tell_who_stays(request, left)
        case "unmap":
            group, role = said.get("group", ""), said.get("role", "")
            left = connections.unmap_group(organisation, group, role, by=by)
            messages.success(request, "The group gives this role no more.")
            _tell_who_stays(request, left)
        case _:
            msg = "that is nothing that can be done here"
            raise ValueError(msg)


def _tell_who_stays(request: HttpRequest, left: tuple[Membership, ...]) -> None:
    for one in left:
        messages.error(
            request,
            f"Nothing changes for {one.user.email}, the last owner: name another, then try again.",
        )


def _verify(request: HttpRequest, domain: Domain) -> None:
    if domains.verify(domain, Internet(), by=_user(request)):
        messages.success(request, f"{domain.name} is yours.")
    else:
        messages.error(request, f"Neither DNS nor the web server of {domain.name} shows it yet.")


def _user(request: HttpRequest) -> User:
    return sessions.signed_in(request).user


def _shown(connection: Connection) -> dict[str, Any]:
    origin = current_facts().origin
    names = (
        {"Redirect URI": "sign_on_callback"}
        if connection.protocol == Connection.Protocol.OIDC
        else {"Answers go to": "sign_on_acs", "Our entity id and metadata": "sign_on_metadata"}
    )
    return {
        "connection": connection,
        "provider": connection.settings.get("issuer") or connection.settings.get("entity_id"),
        "ours": {
            label: origin + reverse(name, args=[connection.slug]) for label, name in names.items()
        },
    }
