"""Statements compiled once and run on the driver's own cursor, for the path that every message takes.

SQLAlchemy writes the SQL of the database at hand and converts values and results; its execution machinery, which costs
several times the statement itself, is passed by. Everything runs in the session's own connection and transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Executed = Select[*tuple[Any, ...]] | Insert | Update


class _Compiled:
    """The SQL for one dialect, with what converts its values and its results."""

    def __init__(self, statement: Executed, dialect: Dialect, names: Sequence[str] | None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise ValueError("IN needs the number of its values at each run: write it with OR.")
        binds = {key: bind for bind, key in compiled.bind_names.items()}
        self._fixed = {key: bind.value for key, bind in binds.items() if not bind.required and key not in (names or ())}
        self._order: list[str] | None = compiled.positiontup
        self._binders = {
            key: binder
            for key, bind in binds.items()
            if (binder := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns: Iterable[Any] = statement.exported_columns
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers = readers if any(readers) else None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """As the driver wants them: a tuple in the order of the marks, or a mapping."""
        given = {**self._fixed, **values}
        for key, binder in self._binders.items():
            given[key] = binder(given[key])
        return given if self._order is None else tuple(given[key] for key in self._order)

    def row(self, row: Sequence[Any]) -> tuple[Any, ...]:
        if self._readers is None:
            return tuple(row)
        return tuple(reader(item) if reader else item for reader, item in zip(self._readers, row, strict=True))


class Statement:
    """One statement. Its `bindparam` names are the keys of the values that each run is given."""

    def __init__(
        self, statement: Executed, names: Sequence[str] | None = None, *, of: Mapping[str, Executed] | None = None
    ) -> None:
        """`of` has the statement for dialects that say it in words of their own."""
        self._statement = statement
        self._of = of or {}
        self._names = names
        self._compiled: dict[str, _Compiled] = {}

    @classmethod
    def adding(cls, table: Table, *names: str) -> "Statement":
        """An insert of these columns that answers the new row's key. Every column that must have a value must be named:
        defaults of the mapped classes do not apply here (ValueError)."""
        _check_names(table, names)
        return cls(insert(table).returning(*table.primary_key), names)

    @classmethod
    def adding_once(cls, table: Table, *names: str) -> "Statement":
        """The same, but where a row with one of its unique values is there already (or another transaction is just
        writing it) nothing is added and `first` answers None."""
        _check_names(table, names)
        of = {
            name: make(table).on_conflict_do_nothing().returning(*table.primary_key)
            for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
        }
        return cls(of["sqlite"], names, of=of)

    def first(self, session: Session, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        connection = session.connection()
        compiled = self._for(connection)
        cursor = self._execute(connection, compiled, values)
        try:
            row = cursor.fetchone()
        finally:
            cursor.close()
        return compiled.row(row) if row is not None else None

    def scalar(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first column of the first row; raises LookupError where there is none."""
        row = self.first(session, values)
        if row is None:
            raise LookupError("The statement answered no row.")
        return row[0]

    def change(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it for its effect; answers how many rows were changed."""
        return self.change_on(session.connection(), values)

    def change_on(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """The same on a bare connection."""
        cursor = self._execute(connection, self._for(connection), values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def _for(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(
                self._of.get(dialect.name, self._statement), dialect, self._names
            )
        return compiled

    @staticmethod
    def _execute(connection: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> Any:
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.parameters(values))
        except connection.dialect.loaded_dbapi.Error as error:
            cursor.close()
            # As SQLAlchemy would: IntegrityError and the others, never with the values.
            raise DBAPIError.instance(
                compiled.sql, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True
            ) from error
        return cursor


def _check_names(table: Table, names: Sequence[str]) -> None:
    left_out = [
        column.key
        for column in table.columns
        if column.key not in {*names, "id"} and (column.default is not None or not column.nullable)
    ]
    if left_out:
        raise ValueError(f"{table.name} needs values for {', '.join(left_out)}.")
