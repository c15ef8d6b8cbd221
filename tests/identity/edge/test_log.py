"""The log over the edge of a whole Ringwall: by session, by key, by page; and who may not."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import key_of
from tests.identity import tenants
from tests.identity.edge.scene import ID, IdentityStage

import ringwall

pytestmark = pytest.mark.e2e

AT = "/api/v1/log"
_VERIFIER = Path(ringwall.__file__).parents[2] / "tools" / "verify_log.py"


@pytest.fixture(scope="module")
def logged(scene: IdentityStage) -> IdentityStage:
    """Somebody of the company, some customers' people, and a request that stands in the log."""
    tenants.organisation("shop", kind="provider")
    for slug in ("north", "south"):
        tenants.organisation(slug)
    tenants.person("auditor@example.com", shop=["auditor"])
    tenants.person("member@example.com", shop=["member"])
    tenants.person("boss@example.com", north=["administrator"])
    scene.get("/public/watched")
    key = key_of("auditor@example.com", "shop", ["auditor"])

    def is_there() -> bool:
        told = scene.get(f"{AT}/events?q=path:/public/watched", host=ID, bearer=key)
        return told.status_code == 200 and bool(told.json()["events"])

    scene.stage.wait(is_there)
    return scene


def signed_in(scene: IdentityStage, email: str) -> str:
    from ringwall.identity.models import Membership

    member = Membership.objects.select_related("user", "organisation").get(user__email=email)
    return scene.sign_in(user=member.user, organisation=member.organisation)


def test_a_request_at_the_edge_is_found_and_proven(logged: IdentityStage, tmp_path: Path) -> None:
    key = key_of("auditor@example.com", "shop", ["auditor"])
    cookie = signed_in(logged, "auditor@example.com")
    for shown in ({"bearer": key}, {"cookie": cookie}):
        told = logged.get(f"{AT}/events?q=path:/public/watched&limit=1", host=ID, **shown)
        assert told.status_code == 200, told.text
        (event,) = told.json()["events"]
        assert event["path"] == "/public/watched"
        path = f"{AT}/events/{event['index']}/proof"
        logged.stage.wait(lambda p=path: logged.get(p, host=ID, bearer=key).status_code == 200)
        proof = tmp_path / "proof.json"
        proof.write_bytes(logged.get(path, host=ID, **shown).content)
        vkey = logged.get(f"{AT}/keys", host=ID, **shown).text.split()[0]
        done = subprocess.run(
            [sys.executable, _VERIFIER, "bundle", str(proof), "--key", vkey],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    page = logged.get(f"/company/log/{event['index']}", host=ID, cookie=cookie)
    assert "It is the event that was accepted." in page.text


def test_whoever_may_not_is_refused_and_that_stands_in_the_log(logged: IdentityStage) -> None:
    refused: list[dict[str, Any]] = [
        {"cookie": signed_in(logged, "member@example.com")},
        {"cookie": signed_in(logged, "boss@example.com")},
        {"bearer": key_of("boss@example.com", "north", ["administrator"])},
        {"bearer": key_of("member@example.com", "shop", ["member"])},
    ]
    for shown in refused:
        answer = logged.get(f"{AT}/events", host=ID, **shown)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        reference = answer.json()["detail"].partition("reference ")[2][:8]
        key = key_of("auditor@example.com", "shop", ["auditor"])

        def is_told(wanted: str = reference, key: str = key) -> bool:
            asked = f"{AT}/count?q=operation:%22log:see%22 is:failed {wanted}"
            return bool(logged.get(asked, host=ID, bearer=key).json()["count"] == 1)

        logged.stage.wait(is_told)
    assert logged.get(f"{AT}/events", host=ID).status_code == 401
    assert logged.get(f"{AT}/events").status_code != 200, "on no other host"


def test_the_tree_is_mirrored_over_the_edge(logged: IdentityStage) -> None:
    key = key_of("auditor@example.com", "shop", ["auditor"])
    note = logged.get(f"{AT}/checkpoint", host=ID, bearer=key)
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    size = int(note.text.splitlines()[1])
    width = min(size, 256)
    end = "" if width == 256 else f".p/{width}"
    hashes = logged.get(f"{AT}/tile/0/000{end}", host=ID, bearer=key)
    assert len(hashes.content) == width * 32
    assert "immutable" in hashes.headers["cache-control"]
    entries = logged.get(f"{AT}/tile/entries/000{end}", host=ID, bearer=key)
    assert entries.status_code == 200, entries.text
