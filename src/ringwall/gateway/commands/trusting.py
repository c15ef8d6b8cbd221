"""``trust``: how to make this system trust the local authority."""

import shutil
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ringwall.gateway.opening import open_gateway
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say


@command()
def trust(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the root certificate here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how browsers and tools on this system come to trust the local authority."""
    bundle = open_gateway(installation_of(context)).certificates.trust_bundle("edge")
    roots = x509.load_pem_x509_certificates(bundle.read_bytes())
    prints = [root.fingerprint(hashes.SHA256()).hex(":").upper() for root in roots]
    if out is not None:
        out.write_bytes(bundle.read_bytes())
    steps = list(_steps(out or bundle))
    if as_json:
        print_json({"bundle": str(bundle), "sha256": prints, "steps": steps})
        return
    say(f"The local authority's root certificate: {out or bundle}", style="bold")
    for one in prints:
        say(f"SHA-256 {one}")
    say("")
    for step in steps:
        say(f"{step['purpose']}:", style="bold")
        for line in step["run"]:
            say(f"  {line}")


class Step(TypedDict):
    """Commands and what they are for."""

    purpose: str
    run: list[str]


def _steps(root: Path) -> list[Step]:
    steps: list[Step] = [
        {
            "purpose": "One command, without changing the system",
            "run": [f"curl --cacert {root} https://shop.localhost:8443/"],
        }
    ]
    if Path("/usr/local/share/ca-certificates").is_dir():
        steps.append(
            {
                "purpose": "This system (Debian, Ubuntu)",
                "run": [
                    f"sudo cp {root} /usr/local/share/ca-certificates/ringwall.crt",
                    "sudo update-ca-certificates",
                ],
            }
        )
    if Path("/etc/pki/ca-trust/source/anchors").is_dir():
        steps.append(
            {
                "purpose": "This system (Fedora, RHEL)",
                "run": [
                    f"sudo cp {root} /etc/pki/ca-trust/source/anchors/ringwall.crt",
                    "sudo update-ca-trust",
                ],
            }
        )
    certutil = "" if shutil.which("certutil") else "  (certutil is in libnss3-tools or nss-tools)"
    steps.append(
        {
            "purpose": f"Chromium of this user{certutil}",
            "run": [
                f"certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ringwall -i {root}",
            ],
        }
    )
    steps.append(
        {
            "purpose": "Firefox",
            "run": ["Settings, Privacy & Security, View Certificates, Authorities, Import"],
        }
    )
    return steps
