"""An account of AWS in moto's server, and plans that are made for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.collecting.calling import Caller
from ringwall.posture.collecting.planning import plan_of
from ringwall.posture.collecting.running import Run, Target, identify
from ringwall.posture.collecting.session import clients
from ringwall.posture.fixing.applying import Applying
from ringwall.posture.fixing.clouds import Aws
from ringwall.posture.fixing.making import make_plan, wanted_for
from ringwall.posture.fixing.plans import Plan, Stage
from ringwall.posture.judging import judge_one
from ringwall.posture.snapshot.snapshot import Snapshot

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
REGION = "eu-west-1"
CHECKS = {one.id: one for one in own_checks()}


class Account:
    """What is in moto, read and mended as in AWS. ``wrap`` may put itself before each client."""

    def __init__(self) -> None:
        make, _ = clients()
        self.wrap: Callable[[str, Any], Any] = lambda service, client: client
        self._made: dict[tuple[str, str], Any] = {}
        self._make = make
        caller = Caller(self.client, sleep=lambda _: None)
        self.target: Target = identify(caller, REGION, [REGION])
        self.kept: list[Plan] = []

    def client(self, service: str, region: str = REGION) -> Any:
        """boto3's client of a service."""
        key = (service, region)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self.wrap(service, self._made[key])

    def read(self, check: str) -> Snapshot:
        """All that a check and its remedy read."""
        snapshot = Snapshot()
        Run(self.target, snapshot).carry_out(plan_of(wanted_for(CHECKS[check])))
        return snapshot

    def outcomes(self, check: str) -> dict[str, str]:
        """What a check says, by what people call the components."""
        snapshot = self.read(check)
        found = {}
        for seen in snapshot.of_kind(CHECKS[check].check.judges):
            judged = judge_one(snapshot, CHECKS[check], seen)
            if judged is not None:
                found[seen.found.label] = judged.verdict.outcome.value
        return found

    def plan(self, check: str, label: str, *, stage: Stage = Stage.APPROVED) -> Plan:
        """A plan for a component, approved."""
        snapshot = self.read(check)
        (seen,) = [
            one for one in snapshot.of_kind(CHECKS[check].check.judges) if one.found.label == label
        ]
        made = make_plan(snapshot, seen, check, now=NOW, by="tests")
        return made.on(stage, "approved by tests", now=NOW)

    def applying(self, check: str) -> Applying:
        """What applies plans here; nothing waits."""
        known: KnownCheck = CHECKS[check]
        cloud = Aws(self.target, self.client, known)
        return Applying(cloud, self.kept.append, now=lambda: NOW, sleep=lambda _: None)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of moto's server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def account(moto: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account in which there is nothing yet."""
    for name, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    assert requests.post(f"{moto}/moto-api/reset", timeout=10).status_code == 200
    boto3.DEFAULT_SESSION = None
    return Account()
