"""What all tests of accounts share: AWS's own descriptions of its services, read once."""

from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest
from botocore.loaders import create_loader


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """Each session of botocore would read them anew, and keep a hundred megabytes for itself.

    What it keeps is the same for all clients of a session as it is: nobody changes it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(create_loader))
        yield
