"""From one version of the schema to the next, in order, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from tallystick.errors import StateVersionError, StoreError
from tallystick.storage.database import Database
from tallystick.storage.schema import (
    DECISIONS,
    METADATA,
    MONITORS,
    NOTICES,
    VERSION,
    VERSIONS,
    WINDOWS,
)


def _decisions(connection: sa.Connection) -> None:
    """Windows know whether they were compared; decisions, and what is to be told of them."""
    added = f"ALTER TABLE {WINDOWS.name} ADD COLUMN evaluated_revision INTEGER"
    connection.execute(sa.text(added))
    METADATA.create_all(connection, tables=[DECISIONS, NOTICES, MONITORS])


STEPS: dict[int, Callable[[sa.Connection], None]] = {2: _decisions}
"""What makes version n of version n - 1."""


def prepare(database: Database) -> None:
    """Makes the tables, or brings them to the version of this release.

    Raises:
        StateVersionError: They are of a later release.
        StoreError: They are missing or of an earlier one, and the store was opened for reading.
    """
    with database.read() as connection:
        found = _version(connection)
    if found is not None and found > VERSION:
        raise StateVersionError(
            f"{database.name}: expected a store of version {VERSION} or before, got {found}",
            hint="a later release of tallystick wrote it: upgrade this one",
            found=found,
            supported=VERSION,
        )
    if found == VERSION:
        return
    if database.read_only:
        got = "none" if found is None else f"one of version {found}"
        raise StoreError(
            f"{database.name}: expected a store of version {VERSION}, got {got}",
            hint="`tallystick monitor` makes and upgrades stores",
            retryable=False,
        )
    with database.write() as connection:
        # Somebody else may have done it since.
        found = _version(connection)
        if found is None:
            METADATA.create_all(connection)
        else:
            for version in range(found + 1, VERSION + 1):
                STEPS[version](connection)
            connection.execute(sa.delete(VERSIONS))
        if found != VERSION:
            connection.execute(sa.insert(VERSIONS).values(version=VERSION))


def _version(connection: sa.Connection) -> int | None:
    if not sa.inspect(connection).has_table(VERSIONS.name):
        return None
    return connection.execute(sa.select(sa.func.max(VERSIONS.c.version))).scalar()
