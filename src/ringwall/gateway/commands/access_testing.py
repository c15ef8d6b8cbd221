"""``access test``: tests of policies, as CI runs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.policy_tests import Result

_EXAMPLE: Final = """\
version: 1
tests:
  - name: support reads orders
    principal: {roles: [support], tenant: shop, strength: mfa, proven: 5m}
    request: GET https://api.example/orders
    expect: allow
"""


@command(name="test", group=options.GROUP, panel=options.PANEL)
def access_test(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]",
            help="Files of tests; else all of tests/*.yaml in the folder of policies.",
            show_default=False,
        ),
    ] = None,
    *,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write the results there as JUnit XML too."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the tests of policies: whom they are to let do what.

    Every test is a request that somebody makes, and whether it is to come through. Cedar's engine
    judges, and the rules of the edge must agree. Policies that no test decides by are told at the
    end. Exit code 1 when a test fails.

    For example, in `policies/tests/orders.yaml`: `{name: no refunds by support, principal: {roles:
    [support]}, request: "POST https://api.example/orders/1/refund", expect: deny}`.
    """
    from ringwall.gateway import policy_tests
    from ringwall.gateway.answers import Answers
    from ringwall.runtime.configuration import ConfigurationError

    installation = installation_of(context)
    _, wanted = options.configured(installation)
    root = installation.config.parent
    policies = wanted.access.policies or "policies"
    folder = root / policies / "tests"
    found = [path.absolute() for path in files or ()] or sorted(folder.glob("*.yaml"))
    if not found:
        msg = f"there are no tests in {policies}/tests"
        raise Refused(msg, hint=f"write one, such as tests/orders.yaml:\n{_EXAMPLE}")
    cases: list[policy_tests.Placed] = []
    problems: list[Any] = []
    for path in found:
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        try:
            cases += policy_tests.read(path, shown, wanted)
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(tuple(problems))
    results = list(policy_tests.run(Answers(wanted), cases))
    untouched = policy_tests.untouched(wanted, results)
    if junit is not None:
        junit.write_bytes(_junit(results))
    failed = [one for one in results if one.reasons]
    if as_json:
        print_json(
            {
                "passed": len(results) - len(failed),
                "failed": len(failed),
                "tests": [_json(one) for one in results],
                "untouched": list(untouched),
            }
        )
    else:
        _show(results, untouched)
    if failed or not results:
        raise typer.Exit(ExitCode.FAILED)


def _show(results: "list[Result]", untouched: tuple[str, ...]) -> None:
    file = None
    for one in results:
        placed = one.placed
        if placed.file != file:
            file = placed.file
            say((str(file), "bold"))
        if not one.reasons:
            say(("  ok      ", "green"), placed.case.name)
            continue
        say(("  FAILED  ", "bold red"), placed.case.name, (f"  {file}:{placed.line}", "dim"))
        for reason in one.reasons:
            say(f"          {reason}")
    failed = sum(bool(one.reasons) for one in results)
    say("")
    told = f"{len(results) - failed} passed"
    if failed:
        say((f"{failed} failed", "bold red"), f", {told}")
    elif results:
        say(told, style="green")
    else:
        say("there is no test in these files", style="red")
    if untouched:
        say(f"decided in no test: {', '.join(untouched)}", style="yellow")


def _json(result: "Result") -> dict[str, Any]:
    placed = result.placed
    return {
        "name": placed.case.name,
        "file": str(placed.file),
        "line": placed.line,
        "passed": not result.reasons,
        "allowed": result.answer.allowed,
        "policies": sorted({p for one in result.answer.judgments for p in one.cedar.policies}),
        "reasons": list(result.reasons),
    }


def _junit(results: "list[Result]") -> bytes:
    """The results in the form that test reports are collected in."""
    from xml.etree.ElementTree import Element, SubElement, tostring

    failed = sum(bool(one.reasons) for one in results)
    suite = Element(
        "testsuite", name="policies", tests=str(len(results)), failures=str(failed), errors="0"
    )
    for one in results:
        placed = one.placed
        case = SubElement(
            suite,
            "testcase",
            classname=str(placed.file),
            name=placed.case.name,
            file=str(placed.file),
            line=str(placed.line),
        )
        if one.reasons:
            failure = SubElement(case, "failure", message=one.reasons[0])
            failure.text = "\n".join(one.reasons)
    found: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return found
