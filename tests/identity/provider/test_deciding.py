"""What has to happen before a code is given: a table of situations."""

from datetime import UTC, datetime, timedelta

import pytest

from ringwall.identity.provider.deciding import Asked, Refusal, Situation, Step, next_step, read

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGO = NOW - timedelta(minutes=10)
LATER = NOW + timedelta(seconds=6)


def situation(**more: object) -> Situation:
    known: dict[str, object] = {"acr": "single", "proven": AGO, "has_consented": True, "now": NOW}
    return Situation(**(known | more))  # type: ignore[arg-type]


def asked(**parameters: str) -> Asked:
    found = read(parameters)
    assert isinstance(found, Asked)
    return found


NOBODY = {"acr": None, "proven": None}


@pytest.mark.parametrize(
    ("parameters", "known", "outcome"),
    [
        ({}, {}, Step.GRANT),
        ({}, NOBODY, Step.SIGN_IN),
        ({"prompt": "none"}, NOBODY, "login_required"),
        ({"prompt": "none"}, {}, Step.GRANT),
        ({}, {"has_consented": False}, Step.CONSENT),
        ({"prompt": "consent"}, {}, Step.CONSENT),
        ({"prompt": "none"}, {"has_consented": False}, "consent_required"),
        ({}, {"is_hinted": False}, "login_required"),
        ({"prompt": "login"}, {}, Step.PROVE_AGAIN),
        ({"prompt": "login"}, {"asked_at": NOW}, Step.PROVE_AGAIN),
        ({"prompt": "login"}, {"asked_at": AGO}, Step.GRANT),
        ({"prompt": "select_account"}, {}, Step.PROVE_AGAIN),
        ({"max_age": "601"}, {}, Step.GRANT),
        ({"max_age": "599"}, {}, Step.PROVE_AGAIN),
        ({"max_age": "0"}, {"asked_at": AGO}, Step.GRANT),
        ({"max_age": "599", "prompt": "none"}, {}, "login_required"),
        ({"acr_values": "mfa"}, {}, Step.PROVE_AGAIN),
        ({"acr_values": "mfa"}, {"acr": "mfa"}, Step.GRANT),
        ({"acr_values": "mfa"}, {"acr": "phr"}, Step.GRANT),
        ({"acr_values": "phr"}, {"acr": "mfa"}, Step.PROVE_AGAIN),
        ({"acr_values": "phr mfa"}, {"acr": "mfa"}, Step.GRANT),
        ({"acr_values": "gold mfa"}, {}, Step.PROVE_AGAIN),
        ({"acr_values": "mfa"}, {"asked_at": AGO}, Step.PROVE_AGAIN),
        ({"acr_values": "mfa"}, {"tried_at": NOW}, Step.PROVE_AGAIN),
        ({"acr_values": "mfa"}, {"tried_at": AGO}, "unmet_authentication_requirements"),
        ({"acr_values": "mfa", "prompt": "none"}, {}, "unmet_authentication_requirements"),
        ({"acr_values": "mfa"}, {"acr": "forged"}, Step.PROVE_AGAIN),
        ({"max_age": "599"}, {"proven": LATER}, Step.PROVE_AGAIN),
        ({"prompt": "login"}, {"proven": LATER, "asked_at": AGO}, Step.PROVE_AGAIN),
        ({"acr_values": "mfa"}, {"proven": LATER, "tried_at": AGO}, Step.PROVE_AGAIN),
        ({}, {"proven": LATER}, Step.GRANT),
    ],
)
def test_the_next_step(
    parameters: dict[str, str], known: dict[str, object], outcome: Step | str
) -> None:
    found = next_step(asked(**parameters), situation(**known))
    assert (found.error if isinstance(found, Refusal) else found) == outcome


@pytest.mark.parametrize(
    "parameters",
    [
        {"prompt": "none consent"},
        {"prompt": "create"},
        {"max_age": "soon"},
        {"max_age": "\u0661"},
        {"max_age": "9" * 30},
        {"acr_values": "gold"},
    ],
)
def test_what_cannot_be_meant_is_refused(parameters: dict[str, str]) -> None:
    assert isinstance(read(parameters), Refusal)
