"""An account of AWS in moto's server, in which it is known what is wrong."""

from collections.abc import Iterator

import boto3
import pytest
from tests.posture.accounts.reading import Reading
from tests.posture.accounts.serving import CREDENTIALS, emptied, moto_server


@pytest.fixture(scope="session")
def own_moto() -> Iterator[str]:
    """The address of a server of moto of these tests' own."""
    with moto_server() as address:
        yield address


@pytest.fixture(scope="module")
def reading(own_moto: str) -> Iterator[Reading]:
    """An account in which there is nothing when the tests of a file begin."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": own_moto}.items():
            patch.setenv(name, value)
        emptied(own_moto)
        boto3.DEFAULT_SESSION = None
        yield Reading()
