"""An account of AWS in moto's server, in which it is known what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import Size
from tests.posture.accounts.reading import Reading, checks_of_made
from tests.posture.accounts.replaying import Whole
from tests.posture.accounts.serving import CREDENTIALS, emptied, moto_server


@pytest.fixture(scope="session")
def own_moto() -> Iterator[str]:
    """The address of a server of moto of these tests' own."""
    with moto_server() as address:
        yield address


@pytest.fixture(scope="module")
def reading(own_moto: str) -> Iterator[Reading]:
    """An account in which there is nothing when the tests of a file begin."""
    with _empty(own_moto) as reading:
        yield reading


@pytest.fixture(scope="session")
def whole(own_moto: str) -> Whole:
    """An account with each specimen, read by all checks of these; nobody is asked after that."""
    with _empty(own_moto) as reading:
        made = generate(reading.client, Size.every())
        return Whole(reading.target(), made, checks_of_made())


@contextmanager
def _empty(address: str) -> Iterator[Reading]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        emptied(address)
        boto3.DEFAULT_SESSION = None
        yield Reading()
