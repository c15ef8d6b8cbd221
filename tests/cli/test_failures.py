"""What a command could not do is a sentence; what is a fault of ours keeps its trace."""

import pytest
from django.db.utils import IntegrityError, InterfaceError, OperationalError

from ringwall.cli.failures import failure_of
from ringwall.runtime.refusals import ExitCode


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OperationalError("database is locked"), "the database cannot be used: database is locked"),
        (OperationalError("no answer\n\tat all"), "the database cannot be used: no answer"),
        (InterfaceError(), "the database cannot be used: it is away"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(error: Exception, told: str) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert (failure.code, failure.message) == (ExitCode.FAILED, told)


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(UnicodeEncodeError) as found:
        "half \udcff a character".encode()
    failure = failure_of(found.value)
    assert failure is not None
    assert failure.code is ExitCode.USAGE
    assert "no UTF-8" in failure.message


@pytest.mark.parametrize("error", [IntegrityError("twice"), KeyError("x"), TypeError("y")])
def test_a_fault_of_ours_keeps_its_trace(error: Exception) -> None:
    assert failure_of(error) is None
