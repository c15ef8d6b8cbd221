"""An account in moto's server that is read and judged as one in AWS."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from tests.posture.aws import lacking

from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.collecting.calling import Caller
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run, Target, identify
from ringwall.posture.collecting.session import clients
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.snapshot.snapshot import Snapshot

REGION = "eu-west-1"
CHECKS = [one for one in own_checks() if one.id.startswith("aws-")]
_ANSWERED = {"ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 200}}
Answers = dict[str, Callable[[dict[str, Any]], dict[str, Any]]]


class Through:
    """A client that denies some calls and answers others by itself, such as moto does not know."""

    def __init__(self, client: Any, service: str, denied: set[str], answers: Answers) -> None:
        self._client, self._service = client, service
        self._denied, self._answers = denied, answers

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None:
            return own

        def call(**arguments: Any) -> Any:
            named = f"{self._service}:{operation}"
            if named in self._denied or "*" in self._denied:
                told = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
                raise ClientError(told, operation)
            if named in self._answers:
                return _ANSWERED | self._answers[named](arguments)
            return own(**arguments)

        return call


class Account:
    """What is in moto, by boto3 and as it is read."""

    def __init__(self, made: dict[tuple[str, str], Any]) -> None:
        self._new, _ = clients()
        self._made = made
        self.denied: set[str] = set()
        self.answers: Answers = {}

    def client(self, service: str) -> Any:
        """boto3's own client, to make things with."""
        return self._make(service, REGION)

    def _make(self, service: str, region: str) -> Any:
        """A client; each is made once for all tests, which takes longer than most calls."""
        key = (service, region)
        if key not in self._made:
            self._made[key] = self._new(service, region)
        return self._made[key]

    def target(self) -> Target:
        """The account, as it is read now."""

        def client(service: str, region: str) -> Any:
            return Through(self._make(service, region), service, self.denied, self.answers)

        found = identify(Caller(self._make, sleep=lambda _: None), REGION, [REGION])
        caller = Caller(client, sleep=lambda _: None)
        return Target(found.account, found.partition, found.home, found.regions, caller)

    def read(self, checks: Iterable[KnownCheck] = CHECKS) -> Snapshot:
        """All that these checks read."""
        snapshot = Snapshot()
        Run(self.target(), snapshot).carry_out(plan_for(checks))
        return snapshot

    def judged(self, *prefixes: str) -> list[Judged]:
        """What the checks come to whose ids begin so."""
        checks = [one for one in CHECKS if one.id.startswith(prefixes)]
        assert checks
        return list(judge_all(self.read(checks), checks))

    def calls(self, *prefixes: str) -> int:
        """How many calls it takes to read what these checks read."""
        target = self.target()
        plan = plan_for(one for one in CHECKS if one.id.startswith(prefixes))
        Run(target, Snapshot()).carry_out(plan)
        return target.caller.calls

    def outcomes(self, *prefixes: str) -> dict[tuple[str, str], str]:
        """The outcome of each check for each component, by what people call it."""
        checks = [one for one in CHECKS if one.id.startswith(prefixes)]
        assert checks
        snapshot = self.read(checks)
        labels = {seen.found.id: seen.found.label for seen in snapshot}
        return {
            (one.check, labels[one.component]): one.verdict.outcome.value
            for one in judge_all(snapshot, checks)
        }


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of moto's server, with what it lacks."""
    lacking.teach()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield from _served()


def _served() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, str], Any]:
    """The clients that were made."""
    return {}


@pytest.fixture
def account(
    moto: str, made: dict[tuple[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> Account:
    """An account in which there is nothing yet but what AWS makes for everybody."""
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
    lacking.forget()
    boto3.DEFAULT_SESSION = None
    return Account(made)
