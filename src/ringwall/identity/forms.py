"""How every form looks: Django and the libraries render theirs with the fields of our design."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest


class Fields(TemplatesSetting):
    """Forms with a label above each field, help and errors below it, tied by ``aria-describedby``.

    What a field is for stands in its label and its help: a placeholder, which goes away while
    somebody types, says nothing here.
    """

    form_template_name = "identity/form.html"
    field_template_name = "identity/field.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Render a form, a field or a widget."""
        widget = context.get("widget")
        if widget is not None:
            widget["attrs"].pop("placeholder", None)
        return super().render(template_name, context, request)
