"""Redirects that leave our own pages."""

from django.http import HttpResponse, HttpResponseRedirect


def to(target: str) -> HttpResponse:
    """A redirect, also to an app's own scheme; 303 so that no form is sent on (RFC 9700, 4.12)."""
    if target.startswith(("/", "https://")):
        answer: HttpResponse = HttpResponseRedirect(target)
        answer.status_code = 303
        return answer
    return HttpResponse(status=303, headers={"Location": target})
