"""Read and write findings in a form, and tell which a file has. Pure."""

import codecs
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from ringwall.findings.formats import asff, cyclonedx, ocsf, ocsf_reading, sarif, tabular
from ringwall.findings.formats.form import Form
from ringwall.findings.formats.reading import Brought, FormatError, Known, parsed
from ringwall.findings.standing import Standing

_WRITERS: Final[Mapping[Form, Callable[[Iterable[Standing]], bytes]]] = {
    Form.OCSF: ocsf.write,
    Form.SARIF: sarif.write,
    Form.CSV: tabular.write,
    Form.CYCLONEDX: cyclonedx.write,
}


def write(
    form: Form,
    standings: Iterable[Standing],
    *,
    account: str = "",
    accounts: Mapping[str, str] | None = None,
) -> bytes:
    """Findings in a form. ASFF leaves out what is in no account; see :func:`asff.write`."""
    if form is Form.ASFF:
        return asff.write(standings, account=account, accounts=accounts or {})
    return _WRITERS[form](standings)


def read(
    data: bytes, known: Known, *, now: datetime, form: Form | None = None, about: str = ""
) -> Brought:
    """What a file brings, in the form that is said or that it has; else :class:`FormatError`."""
    match form or form_of(data):
        case Form.OCSF:
            return ocsf_reading.read(data, known, now=now)
        case Form.SARIF:
            return sarif.read(data, known, now=now, about=about)
        case Form.ASFF:
            return asff.read(data, known, now=now)
        case Form.CYCLONEDX:
            return cyclonedx.read(data, known, now=now, about=about)
        case Form.CSV:
            return tabular.read(data, known, now=now)


def form_of(data: bytes) -> Form:
    """Which form a file has, by what is in it."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise FormatError("", "the file is empty: was the scanner cut off?")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        what = "this is UTF-16, as `>` of Windows PowerShell writes: save it as UTF-8"
        raise FormatError("", what)
    if not head.startswith((b"{", b"[")):
        if b"weakness" in head.partition(b"\n")[0]:
            return Form.CSV
        raise FormatError("", "this is neither JSON nor a table of findings: say --format")
    value = parsed(data).value
    one = value[0] if isinstance(value, list) and value else value
    if isinstance(one, dict):
        for name, form in (
            ("runs", Form.SARIF),
            ("bomFormat", Form.CYCLONEDX),
            ("class_uid", Form.OCSF),
            ("Findings", Form.ASFF),
            ("SchemaVersion", Form.ASFF),
        ):
            if name in one:
                return form
    names = ", ".join(Form)
    raise FormatError("", f"none of the forms that are read ({names}): say which by --format")


__all__ = ["Form", "form_of", "read", "write"]
