"""Connections and transactions; everything that differs between SQLite and PostgreSQL."""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from tallystick.errors import MissingDependencyError, ParameterError, StoreError

# How long one process waits for another's transaction, which takes milliseconds.
_PATIENCE_SECONDS = 30
# Any number, as long as every writer of a store takes the same one.
_WRITERS_LOCK = 0x7A11_5700
# After it the write-ahead log is cut to this, so that reopening has little to read again.
_LOG_BYTES = 16 << 20

_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk does not take or give what is asked",
    "SQLITE_READONLY": "it cannot be written to",
    "SQLITE_BUSY": "another process holds it",
    "SQLITE_LOCKED": "another process holds it",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_NOTADB": "it is no SQLite database",
    "SQLITE_CORRUPT": "it is damaged",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "25006": "it cannot be written to",
    "28": "the server refuses the user",
    "42501": "the user may not do this",
    "08": "the server does not answer",
    "57": "the server has ended the connection",
    "3D": "there is no such database",
}
_UNCONNECTED = {'database "': "3D", 'role "': "28", "authentication": "28"}
# Asking again does not help.
_LASTING = {"SQLITE_NOTADB", "SQLITE_CORRUPT", "28", "42501", "3D"}


class Database:
    """Where a store lies.

    Each transaction has a connection of its own: nothing stays open that a forked child could
    share, or a server could have closed in the meantime.

    Args:
        url: A URL of SQLAlchemy, or the path of an SQLite file.
        read_only: Whether nothing is ever written, not even a log beside the file.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.read_only = read_only
        self.url = _parsed(url)
        self.name = self.url.render_as_string(hide_password=True)
        is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._sqlite() if is_sqlite else self._server()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the store."""
        with self._telling("read"), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction with no other writer beside it; all of it is safe afterwards, or none."""
        if self.read_only:
            raise StoreError(f"{self.name}: it was opened for reading", retryable=False)
        with self._telling("written"), self._engine.connect() as connection:
            connection = connection.execution_options(tallystick_writes=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    lock = sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK))
                    connection.execute(lock)
                yield connection

    def close(self) -> None:
        """Gives all connections back."""
        self._engine.dispose()

    @contextmanager
    def _telling(self, done: str) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # Its own words may hold values of the data: they are not passed on.
            code, reason = _why(error.orig)
            raise StoreError(
                f"{self.name}: cannot be {done}: {reason}",
                retryable=code not in _LASTING,
                cause=code,
            ) from None

    def _sqlite(self) -> sa.Engine:
        path = self.url.database
        if not path or path == ":memory:":
            raise ParameterError(
                "store: expected a file: what is in memory is gone with the process",
                hint="sqlite:///model.db",
                name="store",
            )
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            raise StoreError(
                f"{path}: cannot be opened: there is no folder {folder}", retryable=False
            )
        engine = sa.create_engine(
            "sqlite://",
            creator=lambda: _connect(path, self.read_only),
            poolclass=NullPool,
            hide_parameters=True,
        )
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _server(self) -> sa.Engine:
        if self.url.get_backend_name() != "postgresql":
            raise ParameterError(
                "store: expected a file of SQLite or a server of PostgreSQL, "
                f"got {self.url.get_backend_name()}",
                hint="sqlite:///model.db, postgresql://user@host/database",
                name="store",
            )
        try:
            # By name, because it is checked for types with and without.
            importlib.import_module("psycopg")
        except ImportError:
            raise MissingDependencyError.of("psycopg", extra="postgres") from None
        return sa.create_engine(
            self.url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"connect_timeout": _PATIENCE_SECONDS},
        )


def _parsed(url: str) -> URL:
    text = os.fspath(url)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError:
        raise ParameterError(
            "store: expected the path of a file or a URL",
            hint="sqlite:///model.db, postgresql://user@host/database",
            name="store",
        ) from None


def _connect(path: str, read_only: bool) -> sqlite3.Connection:
    if read_only:
        return _connect_to_read(path)
    # Without an isolation level the driver begins nothing by itself: `_begin` does.
    connection = sqlite3.connect(
        path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_to_read(path: str) -> sqlite3.Connection:
    def opened(options: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(Path(path).absolute()))}?{options}",
            uri=True,
            timeout=_PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    try:
        return opened("mode=ro")
    except sqlite3.OperationalError:
        # A medium on which not even the log's index can be made. Without a log nobody writes.
        log = Path(f"{path}-wal")
        if not Path(path).is_file() or (log.exists() and log.stat().st_size > 0):
            raise
        return opened("mode=ro&immutable=1")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("tallystick_writes", False)
    # Asked for at once: a reader that became a writer could find that others have been faster.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _why(error: Any) -> tuple[str, str]:
    """A code and its meaning."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if code is None:
        # The driver of PostgreSQL gives no code when there is no connection, only words.
        said = str(error)
        found = next((code for words, code in _UNCONNECTED.items() if words in said), "08")
        return found, _REASONS[found]
    code = str(code)
    for known in (code, "_".join(code.split("_")[:2]), code[:2]):
        if known in _REASONS:
            return known, _REASONS[known]
    return code, f"the database says {code}"
