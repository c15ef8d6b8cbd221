"""Queries whose SQL is written once: for the few that every grant of tokens asks.

Django writes the SQL of a query anew each time, which takes longer than asking the database. Here
it is written at the first use and kept for each kind of database.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)

_REMEMBERED: Final = 1024


class Prepared(Generic[M]):
    """A query for one row, with its related rows, by one text.

    ``query`` makes the query set for a text. With ``is_shared`` a row that is still the same as
    when it was last read gives the same instance, which nobody may change.
    """

    def __init__(
        self, query: Callable[[str], "models.QuerySet[M]"], *, is_shared: bool = False
    ) -> None:
        self._query, self._is_shared = query, is_shared
        self._compilers: dict[str, Any] = {}
        self._known: OrderedDict[tuple[str, str], tuple[Any, M]] = OrderedDict()

    def first(self, value: str) -> M | None:
        """The row for ``value``, or ``None``."""
        compiler, sql, parameters = self._compiled()
        with connection.cursor() as cursor:
            cursor.execute(sql, [value if one is _PLACE else one for one in parameters])
            row = cursor.fetchone()
        if row is None:
            return None
        if not self._is_shared:
            return self._instance(compiler, row)
        key = (connection.vendor, value)
        known = self._known.get(key)
        if known is None or known[0] != row:
            known = self._known[key] = (row, self._instance(compiler, row))
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known[1]

    def _compiled(self) -> tuple[Any, str, tuple[Any, ...]]:
        found = self._compilers.get(connection.vendor)
        if found is None:
            compiler = self._query(_PLACE)[:1].query.get_compiler("default")
            sql, parameters = compiler.as_sql()
            if not any(one is _PLACE for one in parameters):
                msg = "the query does not ask for the text it is given"
                raise TypeError(msg)
            found = self._compilers[connection.vendor] = (compiler, sql, tuple(parameters))
        return found

    def _instance(self, compiler: Any, row: Any) -> M:
        info = compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column[0].target.attname for column in compiler.select[first:last]]
        (values,) = compiler.results_iter([[row]])
        made: M = info["model"].from_db("default", names, values[first:last])
        # The stubs are for a Django that is newer than the one kept for long.
        found = get_related_populators(info, compiler.select, "default")  # type: ignore[call-arg]
        for populator in found:
            populator.populate(values, made)
        return made


_PLACE: Final = "\N{SYMBOL FOR SUBSTITUTE}"
"""Stands for the text while the SQL is written; known again by being this very object."""
