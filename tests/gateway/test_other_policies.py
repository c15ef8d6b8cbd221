"""What is wrong with policies that past requests are to be judged by is told where they lie."""

from pathlib import Path

import pytest
from tests.gateway.made_records import SHOP

from ringwall.gateway.looking_back import with_policies
from ringwall.runtime.configuration import Configuration, ConfigurationError
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(SHOP / "ringwall.yaml", all_sections())


def test_a_mistake_is_told_at_the_file_that_was_given(
    configuration: Configuration, tmp_path: Path
) -> None:
    (tmp_path / "orders.cedar").write_text("permit (principal, action, resource) when { tru };")
    with pytest.raises(ConfigurationError) as refused:
        with_policies(configuration, tmp_path, all_sections())
    told = {str(one.place).partition(":")[0] for one in refused.value.problems}
    assert told == {str(tmp_path / "orders.cedar")}


@pytest.mark.parametrize(
    ("name", "message"), [("nope", "there is no folder"), (".", r"it has no \*\.cedar file")]
)
def test_a_folder_that_is_not_there_is_told_from_one_without_policies(
    configuration: Configuration, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(LookupError, match=message):
        with_policies(configuration, tmp_path / name, all_sections())
