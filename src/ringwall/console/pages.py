"""Pages below ``/company/``, at the host of sign-in."""

from django.urls import URLPattern, URLResolver, path

from ringwall.console import (
    findings,
    findings_changing,
    inventory,
    log,
    posture,
    posture_history,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("company/findings", findings.search, name="findings"),
    path("company/findings/bulk", findings_changing.bulk, name="findings_bulk"),
    path("company/findings/<str:uid>", findings.one, name="finding"),
    path("company/findings/<str:uid>/step", findings_changing.step, name="finding_step"),
    path("company/findings/<str:uid>/comment", findings_changing.comment, name="finding_comment"),
    path("company/findings/<str:uid>/owner", findings_changing.assign, name="finding_owner"),
    path("company/inventory", inventory.search, name="inventory"),
    path("company/inventory/component", inventory.component, name="inventory_component"),
    path("company/log", log.search, name="log"),
    path("company/log/<int:index>", log.event, name="log_event"),
    path("company/log/<int:index>/proof", log.proof, name="log_proof"),
    path("company/posture", posture.overview, name="posture"),
    path("company/posture/changes", posture_history.changes, name="posture_changes"),
    path("company/posture/history", posture_history.history, name="posture_history"),
    path(
        "company/posture/history/<str:name>",
        posture_history.framework,
        name="posture_framework_history",
    ),
    path("company/posture/frameworks/<str:name>", posture.framework, name="posture_framework"),
    path("company/posture/checks/<str:name>", posture.check, name="posture_check"),
]
