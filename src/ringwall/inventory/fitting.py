"""A lookup for texts in which ``*`` stands for anything: ``Thing.objects.filter(uid__fits="a*")``.

SQLite's ``GLOB`` takes an index for what begins with a text, which its ``LIKE`` does not.
"""

from typing import Any, Final

from django.db.models import CharField, Lookup, TextField

_LIKE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_", "*": "%"})
_GLOB: Final = str.maketrans({"[": "[[]", "?": "[?]"})


@CharField.register_lookup
@TextField.register_lookup
class Fits(Lookup):
    """The column is like a text with ``*`` in it; upper and lower case differ."""

    lookup_name = "fits"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """In SQL, for either of the databases."""
        left, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "sqlite":
            return f"{left} GLOB %s", (*parameters, str(self.rhs).translate(_GLOB))
        return f"{left} LIKE %s ESCAPE '\\'", (*parameters, str(self.rhs).translate(_LIKE))
