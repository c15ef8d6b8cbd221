"""``access explain``: may they, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.access.asking.askers import Asking
    from ringwall.access.asking.judgments import Judgment
    from ringwall.access.policies import PolicySet
    from ringwall.gateway.answers import Answer


@command(name="explain", group=options.GROUP, panel=options.PANEL)
def access_explain(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PRINCIPAL] [METHOD URL]",
            help=f"{options.WHO} Then a method and where to.",
            show_default=False,
        ),
    ] = None,
    *,
    route: options.RouteName = None,
    by_method: Annotated[
        str | None,
        typer.Option("--method", metavar="METHOD", help="With --route: by which method."),
    ] = None,
    host: options.Host = None,
    path: options.Parameters = None,
    role: options.Roles = None,
    group: options.Groups = None,
    tenant: options.Tenant = None,
    scope: options.Scopes = None,
    kind: options.KindOf = None,
    strength: options.StrengthOf = options.Strength.SINGLE,
    proven: options.Proven = "0s",
    address: options.AddressOf = "127.0.0.1",
    at: options.At = None,
    through: Annotated[
        str | None,
        typer.Option(
            "--through",
            metavar="CLIENT",
            help="An application that acts for them, whose scopes are --scope.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a principal may do something, and why, down to the line of the policy.

    Cedar's own engine judges by the files as they are; the rules compiled for the edge must say the
    same. Exit code 7 when it is denied.

    For example: `ringwall access explain ada@north.example GET https://north.shop.localhost/desk`,
    or, of nobody who is there, `ringwall access explain --role support --tenant shop --strength mfa
    --route orders --method POST --path tenant=north`.
    """
    from ringwall.gateway.answers import Answers

    installation = installation_of(context)
    _, wanted = options.configured(installation)
    who, method, url = options.read_words(words or [], is_named=route is not None)
    method = by_method or method
    to = options.destination(wanted, method, url, route=route, host=host, parameters=path)
    told = options.Hypothesis.of(role, group, tenant, None if through else scope, kind)
    found = options.principals_of(installation, who, told, wanted)
    principal = options.one_of(found, tenant=tenant or to.host_tenant)
    asker = options.asking(
        principal,
        strength=strength,
        proven=proven,
        address=address,
        at=at,
        application=options.application(installation, through, scope),
    )
    answer = Answers(wanted).answer(asker, to)
    if as_json:
        print_json(_json(answer))
    else:
        _tell(answer, asker)
    if not answer.agrees:
        msg = "the rules of the edge and Cedar differ over this: do not apply this configuration"
        raise Refused(msg, hint="this is a defect of Ringwall: please report the policies above")
    if not answer.allowed:
        raise typer.Exit(ExitCode.DENIED)


def _tell(answer: "Answer", asker: "Asking") -> None:
    policies = answer.policies
    say(f"{answer.to.words} of {answer.to.route.service}")
    say(f"asked by {_described(asker)}")
    say("")
    if answer.allowed:
        say(("allowed", "bold green"), _by(answer))
    else:
        say(("denied", "bold red"), _by(answer))
    for reason in answer.kept_out:
        say(("before any policy: ", "bold"), reason)
    for judgment in answer.judgments:
        _tell_judgment(judgment, policies, several=len(answer.judgments) > 1)
    for advice in answer.advice:
        say("")
        say(("what would help: ", "bold"), advice)
    say("")
    if answer.callout:
        say("decided by call-out: the edge asks Cedar's engine over such a request", style="dim")
        for policy, reason in answer.callout:
            why = policies.by_id[policy].annotations["callout"]
            say(f'  for {policy} (@callout "{why}"), since {reason}', style="dim")
        say("  where it is not answered in time the edge denies, with 503", style="dim")
    elif answer.agrees:
        say("decided at the edge itself, by compiled rules that say the same", style="dim")
    else:
        say("THE EDGE'S COMPILED RULES SAY OTHERWISE", style="bold red")
        for judgment in answer.judgments:
            say(f"  Cedar: {judgment.cedar}", style="red")
            say(f"  the edge: {judgment.compiled}", style="red")


def _tell_judgment(judgment: "Judgment", policies: "PolicySet", *, several: bool) -> None:
    from ringwall.gateway.commands.access_showing import show_part

    if several:
        whose = "the application, by its scopes" if judgment.delegated else "the person"
        say("")
        said = "allowed" if judgment.cedar.allowed else "denied"
        say((f"{whose}: ", "bold"), said)
    if not (judgment.deciding or judgment.nearest or judgment.compiled is None):
        whose = "application acting for people" if judgment.delegated else judgment.kind
        say(f"no policy permits this to any {whose} here, whatever the request brings")
    for part in judgment.deciding:
        say("")
        show_part(policies, part, style="green" if judgment.cedar.allowed else "red")
    if judgment.nearest and not judgment.deciding:
        say("")
        say("what came nearest to permitting it:")
        for part in judgment.nearest:
            show_part(policies, part, style="yellow")


def _by(answer: "Answer") -> str:
    first = next((one for one in answer.judgments if not one.cedar.allowed), answer.judgments[0])
    if answer.kept_out and first.cedar.allowed:
        return f" by the route itself, though policies would allow it: {first.cedar.policies[0]}"
    if first.cedar.policies:
        return f" by {', '.join(first.cedar.policies)}"
    return ": no policy permits it"


def _described(asker: "Asking") -> str:
    from datetime import UTC, datetime

    from ringwall.access.asking.words import length

    principal = asker.principal
    found = f"{principal.kind} {options.of_whom(principal)}"
    if asker.has_proof:
        ago = asker.proven_ago
        when = "never" if ago is None else f"{length(ago)} ago" if ago else "just now"
        found += f", proven ({asker.strength}) {when}"
    if asker.application is not None:
        scopes = " ".join(asker.application.scopes or ()) or "no scopes"
        found += f", through {asker.application.name} with {scopes}"
    elif principal.scopes:
        found += f", with {' '.join(principal.scopes)}"
    now = datetime.fromtimestamp(asker.now, UTC)
    return f"{found}, from {asker.address}, {now:%A %Y-%m-%d %H:%M} UTC"


def _json(answer: "Answer") -> dict[str, Any]:
    from ringwall.gateway.commands.access_showing import part_json

    return {
        "allowed": answer.allowed,
        "agrees": answer.agrees,
        "decided": "call-out" if answer.callout else "native",
        "callouts": [{"policy": policy, "reason": reason} for policy, reason in answer.callout],
        "route": answer.to.route.name,
        "host": answer.to.host,
        "method": answer.to.method,
        "action": answer.to.action,
        "policies": answer.policies.hash,
        "kept_out": list(answer.kept_out),
        "advice": list(answer.advice),
        "judgments": [
            {
                "kind": one.kind.value,
                "delegated": one.delegated,
                "allowed": one.cedar.allowed,
                "policies": list(one.cedar.policies),
                "edge": None
                if one.compiled is None
                else {"allowed": one.compiled.allowed, "policies": list(one.compiled.policies)},
                "deciding": [part_json(answer.policies, part) for part in one.deciding],
                "nearest": [part_json(answer.policies, part) for part in one.nearest],
                "proof": None if one.proof is None else list(one.proof),
            }
            for one in answer.judgments
        ],
    }
