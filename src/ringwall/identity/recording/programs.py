"""Programs that sign in and get tokens, or do not: recorded before they are answered."""

from collections.abc import Sequence
from typing import Any, Final

from ringwall.core.events import Factor, Outcome, Person, Program, authentication
from ringwall.core.events.signing import LOGON, RENEWED, TOKENS
from ringwall.identity.models import ApiClient, Grant
from ringwall.identity.recording.budgets import Budget
from ringwall.identity.recording.signing import person_of
from ringwall.runtime.recording import current_actor, record_at_once

_KINDS: Final = {
    "client_credentials": (LOGON, "a program signs in"),
    "authorization_code": (TOKENS, "an application gets tokens for somebody"),
    "urn:ietf:params:oauth:grant-type:device_code": (TOKENS, "a device gets tokens for somebody"),
    "refresh_token": (RENEWED, "an application renews its tokens for somebody"),
}
_FACTORS: Final = {
    "client_secret_basic": Factor.SECRET,
    "client_secret_post": Factor.SECRET,
    "private_key_jwt": Factor.ASSERTION,
    "tls_client_auth": Factor.CERTIFICATE,
    "self_signed_tls_client_auth": Factor.CERTIFICATE,
}
_WAITING: Final = frozenset({"authorization_pending", "slow_down"})
"""What a device hears every few seconds until somebody has decided."""
_failures: Final = Budget(20)
"""Of one client from one address: beyond that they are counted."""


def tokens_given(
    client: ApiClient,
    kind: str,
    *,
    grant: Grant | None,
    scopes: Sequence[str],
    audiences: Sequence[str],
) -> None:
    """A client that has proven itself gets tokens, by itself or for the person of ``grant``."""
    activity, message = _KINDS[kind]
    made = authentication(
        activity,
        current_actor(),
        _user(client, grant),
        message=message,
        session="" if grant is None else grant.session_id,
        factors=_factors(client),
        is_oauth=True,
        grant=kind,
        scopes=list(scopes),
        audiences=list(audiences),
    )
    record_at_once(made)


def tokens_refused(client: ApiClient, kind: str, error: str, *, grant: Grant | None) -> None:
    """A client that has proven itself gets none; ``error`` is OAuth's word for why."""
    actor = current_actor()
    if error in _WAITING:
        return
    left_out = _failures.due(f"{actor.address} {client.pk} {kind[:60]} {error}")
    if left_out is None:
        return
    more: dict[str, Any] = {"left_out": left_out} if left_out else {}
    activity, _ = _KINDS.get(kind, (LOGON, ""))
    made = authentication(
        activity,
        actor,
        _user(client, grant),
        message="a program gets no tokens",
        outcome=Outcome.FAILURE,
        session="" if grant is None else grant.session_id,
        factors=_factors(client),
        detail=error,
        is_oauth=True,
        grant=kind if kind in _KINDS else "",
        **more,
    )
    record_at_once(made)


def _user(client: ApiClient, grant: Grant | None) -> Person | Program:
    if grant is None:
        return Program(str(client.pk), client.client.name)
    return person_of(grant.user)


def _factors(client: ApiClient) -> list[Factor]:
    found = _FACTORS.get(client.auth_method)
    return [] if found is None else [found]
