"""Ports that rules open together, against asking port by port; secrets, and what looks so."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.posture.checks.aws.openings import is_open, open_ports
from ringwall.posture.checks.secrets import decoded, secrets_in
from ringwall.posture.permissions.networks import let_through, open_to

CIDRS = st.sampled_from(
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "128.0.0.0/2", "10.0.0.0/8", "52.1.0.0/16", "::/0"]
)
PORTS = st.integers(0, 12)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    first, last = sorted((draw(PORTS), draw(PORTS)))
    cidrs = draw(st.lists(CIDRS, max_size=3))
    return {
        "IpProtocol": draw(st.sampled_from(["tcp", "udp", "-1"])),
        "FromPort": first,
        "ToPort": last,
        "IpRanges": [{"CidrIp": one} for one in cidrs if ":" not in one],
        "Ipv6Ranges": [{"CidrIpv6": one} for one in cidrs if ":" in one],
    }


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    first, last = sorted((draw(PORTS), draw(PORTS)))
    return {
        "RuleNumber": draw(st.integers(1, 100)),
        "Protocol": draw(st.sampled_from(["6", "17", "-1"])),
        "RuleAction": draw(st.sampled_from(["allow", "deny"])),
        "CidrBlock": draw(st.sampled_from(["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"])),
        "PortRange": {"From": first, "To": last},
        "Egress": False,
    }


@settings(max_examples=60, deadline=None)
@given(
    several=st.lists(rules(), max_size=4),
    lists=st.none() | st.lists(entries(), max_size=4, unique_by=lambda one: one["RuleNumber"]),
    protocol=st.sampled_from(["tcp", "udp"]),
)
def test_all_ports_at_once_are_as_each_by_itself(
    several: list[dict[str, Any]], lists: list[dict[str, Any]] | None, protocol: str
) -> None:
    found = open_ports(several, lambda _: (), protocol=protocol, entries=lists)
    for port in [*range(14), 65535]:
        addresses = open_to(several, port=port, protocol=protocol)
        if lists is not None:
            addresses = addresses & let_through(lists, port=port, protocol=protocol)
        assert (port in found) is is_open(addresses), port


@pytest.mark.parametrize(
    "text",
    [
        "export DB_PASSWORD=hunter2secret",
        "aws_access_key_id = AKIAIOSFODNN7ABCDEFG",
        "postgres://app:s3cretpw@db/shop",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        'apiKey: "9f8e7d6c5b4a"',
        "vault_secret_id=84896a0c-1347-aa90-a4f6-aca8b7558780",
        "export DB_PASS=hunter2secret",
        "REDIS_URL=redis://:hunter2secret@cache:6379",
        "SECRET_NAME=shop DB_PASSWORD=hunter2secret",
        "token=ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ],
)
def test_a_secret_is_found_and_not_told(text: str) -> None:
    (found,) = secrets_in(f"#!/bin/sh\n{text}\n")
    assert found.line == 2
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id x)",
        "export DB_PASSWORD=${DB_PASSWORD}",
        "password: '{{resolve:secretsmanager:shop}}'",
        "SECRET_ARN=arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
        "postgres://app:${PASSWORD}@db/shop",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "docker login --password-stdin",
        "export DB_SECRET_NAME=prod/shop/database",
        "secret-id: prod/shop/database",
        "token_ttl=3600000",
        "credential_source = Ec2InstanceMetadata",
        "DB_SECRET=prod/shop/database",
        "redis_auth_token=disabled",
        "bypass=everything",
        "curl https://example.com/install.sh",
    ],
)
def test_a_reference_to_a_secret_is_none(text: str) -> None:
    assert list(secrets_in(text)) == []


def test_user_data_is_decoded_whether_it_is_encoded_or_not() -> None:
    assert decoded("ZWNobyBoaQ==") == "echo hi"
    assert decoded("#!/bin/sh\necho hi") == "#!/bin/sh\necho hi"


KEY = "AKIAIOSFODNN7QWERTYU"


@pytest.mark.parametrize(
    "line",
    [
        f"https://user:${{PASSWORD}}@db.example {KEY}",
        f"key AKIAIOSFODNN7EXAMPLE, or {KEY}",
        f'{{"pad": "{"x y " * 5000}", "key": "{KEY}"}}',
        f"{'x ' * 2040}{KEY}",
        f"{'x ' * 2047}{KEY}",
    ],
)
def test_what_stands_before_a_secret_in_its_line_hides_it_not(line: str) -> None:
    assert [str(one) for one in secrets_in(line)] == ["an AWS access key in line 1"]


def test_a_part_of_something_longer_is_none_wherever_it_is_looked_at() -> None:
    assert not list(secrets_in(f"{'x' * 3584}{KEY}{'x' * 4096}"))


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["a", "token", "eyJ-", "a-", "password ", "x://y:z"])
def test_a_file_in_one_line_takes_no_time(text: str) -> None:
    """One of four thousand letters took two seconds."""
    assert not list(secrets_in(text * (100_000 // len(text))))
