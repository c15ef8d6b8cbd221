"""What moto lacks of EC2: what an account blocks and sets by default, and public snapshots.

``python -m tests.posture.aws.lacking -p 5000`` runs moto's server with it.
"""

import sys
from collections import defaultdict
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.server import main

State = dict[tuple[str, str], dict[str, Any]]
_STATE: State = defaultdict(dict)


def forget() -> None:
    """Have everything as it comes."""
    _STATE.clear()


def _here(response: Any) -> dict[str, Any]:
    return _STATE[response.current_account, response.region]


def _asked(response: Any, *names: str) -> dict[str, Any]:
    several = {name: response._get_param(name) for name in names}
    return {name: value for name, value in several.items() if value is not None}


class _Lacking:
    """Calls as moto finds them: by their names in Python."""

    def get_instance_metadata_defaults(self) -> ActionResult:
        return ActionResult({"AccountLevel": _here(self).get("metadata")})

    def modify_instance_metadata_defaults(self) -> ActionResult:
        names = ("HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit")
        _here(self)["metadata"] = _asked(self, *names)
        return ActionResult({"Return": True})

    def get_snapshot_block_public_access_state(self) -> ActionResult:
        return ActionResult({"State": _here(self).get("snapshots", "unblocked")})

    def enable_snapshot_block_public_access(self) -> ActionResult:
        _here(self)["snapshots"] = self._get_param("State")  # type: ignore[attr-defined]
        return ActionResult({"State": _here(self)["snapshots"]})

    def get_image_block_public_access_state(self) -> ActionResult:
        return ActionResult({"ImageBlockPublicAccessState": _here(self).get("images", "unblocked")})

    def enable_image_block_public_access(self) -> ActionResult:
        _here(self)["images"] = "block-new-sharing"
        return ActionResult({"ImageBlockPublicAccessState": "block-new-sharing"})

    def get_serial_console_access_status(self) -> ActionResult:
        return ActionResult({"SerialConsoleAccessEnabled": _here(self).get("console", False)})

    def enable_serial_console_access(self) -> ActionResult:
        _here(self)["console"] = True
        return ActionResult({"SerialConsoleAccessEnabled": True})

    def describe_vpc_block_public_access_options(self) -> ActionResult:
        mode = _here(self).get("networks", "off")
        return ActionResult({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}})

    def modify_vpc_block_public_access_options(self) -> ActionResult:
        mode = _asked(self, "InternetGatewayBlockMode")["InternetGatewayBlockMode"]
        _here(self)["networks"] = mode
        return ActionResult({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}})

    def describe_vpc_block_public_access_exclusions(self) -> ActionResult:
        return ActionResult({"VpcBlockPublicAccessExclusions": []})

    def describe_client_vpn_endpoints(self) -> ActionResult:
        return ActionResult({"ClientVpnEndpoints": []})


def _describe_snapshots(self: Any) -> ActionResult:
    """Of whom was asked: moto tells those of its own images, too, and whether public or not."""
    several = self.ec2_backend.describe_snapshots(
        snapshot_ids=self._get_param("SnapshotIds", []), filters=self._filters_from_querystring()
    )
    made = [
        one for one in several if "Auto-created snapshot for AMI" not in (one.description or "")
    ]
    if "all" in (self._get_param("RestorableByUserIds") or ()):
        made = [one for one in made if "all" in one.create_volume_permission_groups]
    return ActionResult({"Snapshots": made})


def teach() -> None:
    """Have moto, in this process, answer these calls."""
    for name, value in vars(_Lacking).items():
        if not name.startswith("__"):
            setattr(EC2Response, name, value)
    EC2Response.describe_snapshots = _describe_snapshots  # type: ignore[method-assign]


if __name__ == "__main__":
    teach()
    main(sys.argv[1:])
