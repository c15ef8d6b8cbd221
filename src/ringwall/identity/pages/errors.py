"""Pages that say what went wrong and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refused(request: HttpRequest, *, title: str, text: str, status: int = 400) -> HttpResponse:
    """A page with one sentence about what went wrong and how to go on."""
    context = {"title": title, "text": text}
    return render(request, "identity/refused.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form did not come from our own page, or the page was too old."""
    del reason
    return refused(
        request,
        title="Please try again",
        text="This page was open for too long, or cookies are blocked. Go back, reload the page, "
        "and send it once more.",
        status=403,
    )
