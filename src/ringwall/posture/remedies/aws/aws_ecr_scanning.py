"""Have images scanned when they are pushed."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-ecr-repository-scanning",)


def plan(it: Subject, world: World) -> Draft:
    """Images that are there are scanned once they are pushed anew."""
    it.read("listed")

    def scanning(*, on: bool) -> dict[str, object]:
        return {"imageScanningConfiguration": {"scanOnPush": on}}

    return set_and_back(
        "ecr:PutImageScanningConfiguration",
        {"repositoryName": it.label},
        scanning(on=True),
        scanning(on=False),
        change="images: not scanned → scanned when pushed",
        words=f"scan images that are pushed to {it.label}",
        terraform=argument(
            "aws_ecr_repository",
            it.label,
            {"block:image_scanning_configuration": {"scan_on_push": True}},
        ),
        keys={"listed": ("imageScanningConfiguration.scanOnPush",)},
    )
