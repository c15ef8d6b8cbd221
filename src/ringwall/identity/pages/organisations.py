"""An organisation for those who manage it: members, invitations, rules."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ringwall.access.actions import Action
from ringwall.access.built_in import ADMINISTRATOR, PROVIDER_ROLES
from ringwall.identity import effective, invitations, lent, membership, organisations, sessions
from ringwall.identity.asking import may
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Kind, Organisation, SecondFactor, User
from ringwall.identity.pages import invitations as invitation_pages
from ringwall.identity.pages import later
from ringwall.identity.pages.managing import context, for_organisations, sentence


class Roles(forms.Form):
    """The roles of one member."""

    roles = forms.CharField(max_length=2000, required=False)

    def __init__(self, organisation: Organisation, *more: Any, **named: Any) -> None:
        super().__init__(*more, **named)
        usual = PROVIDER_ROLES if organisation.kind == Kind.PROVIDER else (ADMINISTRATOR,)
        possible = current_facts().roles_for(organisation.kind)
        offered = usual if possible is None else tuple(sorted(possible))
        self.fields["roles"].help_text = f"Separated by spaces. Such as {', '.join(offered)}."


class Invite(Roles):
    """Whom to invite, and as what."""

    email = forms.EmailField(label="Mail address", max_length=254)
    field_order = ("email", "roles")


class RulesForm(forms.Form):
    """What an organisation asks of its members."""

    name = forms.CharField(label="Name", max_length=150)
    second_factor = forms.ChoiceField(label="Signing in takes", choices=SecondFactor.choices)
    session_idle = forms.IntegerField(
        label="Minutes without a use after which members sign in again",
        required=False,
        min_value=1,
        help_text="Empty: as everywhere.",
    )
    session_absolute = forms.IntegerField(
        label="Hours after which they sign in again in any case",
        required=False,
        min_value=1,
        help_text="Empty: as everywhere.",
    )
    networks = forms.CharField(
        label="Networks that members may come from",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line, as 192.0.2.0/24. Empty: from anywhere.",
    )
    sso_enforced = forms.BooleanField(
        label="Members sign in with our single sign-on only", required=False
    )

    def keep_networks(self) -> None:
        """Show the networks to somebody who may not change them."""
        self.fields["networks"].widget.attrs["readonly"] = True
        self.fields[
            "networks"
        ].help_text = (
            "Only owners and a customer's own administrators change them. Empty: from anywhere."
        )


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(Action.MEMBERS_SEE, Action.ROLES_GRANT, Action.ROLES_TAKE, Action.MEMBERS_REMOVE)
def members(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List members; change the roles of one, or end a membership, on POST."""
    if request.method == "POST":
        member = membership.find(organisation, request.POST.get("member", ""))
        if request.POST.get("action") == "remove":
            membership.remove(member, by=_user(request), reason="removed by an administrator")
            messages.success(request, f"{member.user.get_full_name()} is no member any more.")
        else:
            given = Roles(organisation, request.POST)
            if not given.is_valid():
                raise ValueError(next(iter(given.errors.values()))[0])
            membership.set_roles(member, given.cleaned_data["roles"].split(), by=_user(request))
            messages.success(request, f"{member.user.get_full_name()} has these roles from now on.")
        return HttpResponseRedirect(request.path)
    facts, now = current_facts(), timezone.now()
    found = [
        (
            one,
            sorted(membership.by_hand(one)),
            effective.idle_roles(one.roles, organisation, facts),
            sorted(lent.roles(one, now).items()),
        )
        for one in organisation.memberships.select_related("user").order_by("user__email")
    ]
    return render(
        request,
        "identity/organisation/members.html",
        context(request, organisation, members=found, own=_user(request)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(Action.INVITATIONS_SEE, Action.MEMBERS_INVITE, Action.INVITATIONS_WITHDRAW)
def invited(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List who is invited; invite, or withdraw an invitation, on POST."""
    form = Invite(organisation)
    if request.method == "POST" and request.POST.get("action") == "withdraw":
        email = request.POST.get("email", "")
        if invitations.withdraw(organisation, email, by=_user(request)):
            messages.success(request, f"The invitation of {email} is withdrawn.")
        return HttpResponseRedirect(request.path)
    if request.method == "POST":
        form = Invite(organisation, request.POST)
        if form.is_valid():
            email, roles = form.cleaned_data["email"], form.cleaned_data["roles"].split()
            try:
                invitations.invite(organisation, email, roles, by=_user(request))
            except (ValueError, PermissionError) as error:
                form.add_error(None, sentence(error))
            else:
                messages.success(request, f"{email} gets a mail with a link that works for a week.")
                return HttpResponseRedirect(request.path)
    told = context(request, organisation, form=form, waiting=invitations.waiting(organisation))
    return render(request, "identity/organisation/invitations.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(Action.RULES_SEE, Action.RULES_CHANGE, Action.NETWORKS_CHANGE)
def rules(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show what the organisation asks of its members; change it on POST."""
    found = organisations.rules_of(organisation)
    form = RulesForm(
        initial={
            "name": organisation.name,
            "second_factor": found.second_factor,
            "session_idle": found.session_idle and found.session_idle // 60,
            "session_absolute": found.session_absolute and found.session_absolute // 3600,
            "networks": "\n".join(found.networks),
            "sso_enforced": found.sso_enforced,
        }
    )
    if request.method == "POST":
        form = RulesForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                organisations.set_rules(
                    organisation,
                    organisations.Rules(
                        second_factor=said["second_factor"],
                        session_idle=said["session_idle"] and said["session_idle"] * 60,
                        session_absolute=said["session_absolute"]
                        and said["session_absolute"] * 3600,
                        networks=tuple(said["networks"].split()),
                        sso_enforced=said["sso_enforced"],
                    ),
                    by=_user(request),
                    address=sessions.address_of(request),
                )
                organisations.rename(organisation, said["name"], by=_user(request))
            except ValueError as error:
                field = "networks" if isinstance(error, organisations.NetworksError) else None
                form.add_error(field, sentence(error))
            else:
                messages.success(request, "These rules hold from now on.")
                return HttpResponseRedirect(request.path)
    if not may(_user(request), Action.NETWORKS_CHANGE, organisation).allowed:
        form.keep_networks()
    told = context(request, organisation, form=form)
    return render(request, "identity/organisation/rules.html", told)


def _user(request: HttpRequest) -> User:
    found: User = request.ringwall_session.user  # type: ignore[attr-defined]
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/<slug:slug>/", members, name="organisation"),
    path("organisations/<slug:slug>/invitations", invited, name="organisation_invitations"),
    path("organisations/<slug:slug>/rules", rules, name="organisation_rules"),
    path("", include(invitation_pages.urlpatterns)),
    path("", include(later.urlpatterns)),
]
