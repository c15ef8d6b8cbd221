"""``trust``: how to make this system trust the local authority."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, TypedDict

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import AsJson, print_json, say, show
from ringwall.runtime.refusals import Refused

_FILE: Final = "ringwall.crt"


class Step(TypedDict):
    """Commands and what they are for."""

    purpose: str
    run: list[str]


@command(panel="Certificates", does="certificates:see")
def trust(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Also write the root certificate to this file or folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how to make this system trust the local authority.

    The commands for browsers and tools of this system; nothing is changed by itself.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    from ringwall.gateway.opening import open_gateway

    installation = installation_of(context)
    address = _address(installation)
    bundle = open_gateway(installation).certificates.trust_bundle("edge")
    roots = x509.load_pem_x509_certificates(bundle.read_bytes())
    prints = [root.fingerprint(hashes.SHA256()).hex(":").upper() for root in roots]
    place = bundle if out is None else _copied(bundle, out)
    steps = list(_steps(place.absolute(), address))
    if as_json:
        print_json({"bundle": str(place), "sha256": prints, "steps": steps})
        return
    say("The local authority's root certificate:", style="bold")
    show(f"  {place}")
    for one in prints:
        show(f"  SHA-256 {one}", style="dim")
    for step in steps:
        say("")
        say(f"{step['purpose']}:", style="bold")
        for line in step["run"]:
            show(f"  {line}")


def _address(installation: Installation) -> str:
    """An address of the configuration whose certificate is the local authority's."""
    from ringwall.gateway.commands.naming import wanted_of
    from ringwall.gateway.welcome import address_of

    edge = wanted_of(installation).edge
    local = [host for host, one in edge.hosts.items() if one.certificate.source == "local"]
    if not local:
        msg = "no host of the configuration has a certificate of the local authority"
        hint = "there is nothing to trust: browsers know the authorities of the others"
        raise Refused(msg, hint=hint)
    return address_of(edge, min(local, key=lambda host: host.startswith("*.")))


def _copied(bundle: Path, out: Path) -> Path:
    target = out / _FILE if out.is_dir() else out
    if not target.parent.is_dir():
        msg = f"{target.parent} is not a folder"
        raise Refused(msg, hint="name a file in a folder that exists")
    target.write_bytes(bundle.read_bytes())
    return target


def _steps(root: Path, address: str) -> Iterator[Step]:
    file = shlex.quote(str(root))
    yield {
        "purpose": "One command, without changing the system",
        "run": [f"curl --cacert {file} {address}"],
    }
    if Path("/usr/local/share/ca-certificates").is_dir():
        yield {
            "purpose": "This system (Debian, Ubuntu)",
            "run": [
                f"sudo cp {file} /usr/local/share/ca-certificates/{_FILE}",
                "sudo update-ca-certificates",
            ],
        }
    if Path("/etc/pki/ca-trust/source/anchors").is_dir():
        yield {
            "purpose": "This system (Fedora, RHEL)",
            "run": [
                f"sudo cp {file} /etc/pki/ca-trust/source/anchors/{_FILE}",
                "sudo update-ca-trust",
            ],
        }
    certutil = "" if shutil.which("certutil") else ", with certutil of libnss3-tools or nss-tools"
    yield {
        "purpose": f"Chromium of this user{certutil}",
        "run": [f"certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ringwall -i {file}"],
    }
    yield {
        "purpose": "Firefox",
        "run": ["Settings, Privacy & Security, View Certificates, Authorities, Import"],
    }
