"""Let no tag of a repository be put onto another image."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-ecr-repository-immutable",)


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    told = it.read("listed")
    before = str(told.get("imageTagMutability", "MUTABLE"))
    return set_and_back(
        "ecr:PutImageTagMutability",
        {"repositoryName": it.label},
        {"imageTagMutability": "IMMUTABLE"},
        {"imageTagMutability": before},
        change=f"tags: {before} → IMMUTABLE",
        words=f"let tags of {it.label} stay on their images",
        warning="pipelines that push one tag again and again, such as latest, fail",
        terraform=argument("aws_ecr_repository", it.label, {"image_tag_mutability": "IMMUTABLE"}),
        keys={"listed": ("imageTagMutability",)},
    )
