"""Share a document with everybody no more."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument, without

MENDS: Final = ("aws-ssm-document-shared",)
_VERSION: Final = "SharedDocumentVersion"


def plan(it: Subject, world: World) -> Draft:
    """Accounts that it is shared with by name keep it; the version comes back that was shared."""
    told = it.read("sharing", {})
    others = sorted(one for one in told.get("AccountIds", ()) if one != "all")
    several = told.get("AccountSharingInfoList", ())
    version = next((one.get(_VERSION) for one in several if one.get("AccountId") == "all"), None)
    named = [one for one in several if one.get("AccountId") != "all"]
    shared = {"permissions": {"type": "Share", "account_ids": ",".join(others)}}
    return set_and_back(
        "ssm:ModifyDocumentPermission",
        {"Name": it.label, "PermissionType": "Share"},
        {"AccountIdsToRemove": ["all"]},
        {"AccountIdsToAdd": ["all"]} | ({_VERSION: version} if version else {}),
        change=f"who may use it: everybody → {', '.join(['this account', *others])}",
        words=f"share the document {it.label} with everybody no more",
        warning="accounts that use it without being named no longer can; who copied it has it",
        terraform=argument("aws_ssm_document", it.label, shared)
        if others
        else without(f'take `permissions` out of the aws_ssm_document of "{it.label}"'),
        makes={"sharing": {"AccountIds": others, "AccountSharingInfoList": named}},
    )
