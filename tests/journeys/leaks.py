"""Looks for known numbers of private persons where none may stand in clear."""

from __future__ import annotations

import json
import logging
import mmap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, inspect, make_url, text
from structlog.testing import capture_logs

_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def forms_of(number: str) -> set[str]:
    """How a number may be written so that somebody still reads it."""
    forms = {number, number.lower(), number.translate(_WIDE), json.dumps(number.translate(_WIDE)).strip('"')}
    if len(number) == 18:
        # Without its check digit, and as numbers had 15 digits.
        forms |= {number[:17], f"{number[:6]}{number[8:17]}", f"{number[:6]} {number[6:14]} {number[14:]}"}
    if len(number) == 11:
        forms |= {f"{number[:3]}-{number[3:7]}-{number[7:]}", f"{number[:3]} {number[3:7]} {number[7:]}"}
    return forms


class Watch:
    """The numbers that are looked for."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = sorted(set(numbers))
        self._wanted = {form: number for number in self.numbers for form in forms_of(number)}

    def in_text(self, where: str, content: str) -> list[str]:
        """What stands in a text, each with its place."""
        return [f"{where}: {form}" for form in self._wanted if form in content]

    def in_file(self, path: Path) -> list[str]:
        """What stands in the bytes of a file."""
        if not path.is_file() or path.stat().st_size == 0:
            return []
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return [f"{path.name}: {form}" for form in self._wanted if content.find(form.encode()) >= 0]

    def in_database(self, engine: Engine) -> list[str]:
        """What stands in any column of any table; of SQLite in the bytes of its files as well."""
        found = []
        with engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                    for column, value in row.items():
                        found += self.in_text(f"{table}.{column}", str(value))
        if engine.dialect.name == "sqlite":
            path = make_url(str(engine.url)).database
            for suffix in ("", "-wal", "-shm", "-journal"):
                found += self.in_file(Path(f"{path}{suffix}"))
        else:
            found += self._on_disk(engine)
        return found

    def _on_disk(self, engine: Engine) -> list[str]:
        """The database's own files, the server's log and its write-ahead log."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
            number = connection.execute(
                text("SELECT oid FROM pg_database WHERE datname = current_database()")
            ).scalar_one()
        own = [folder / "base" / str(number), folder / "pg_wal", folder / "log"]
        files = [path for each in own for path in each.glob("*")] + list(folder.glob("*log*"))
        return [leak for path in files for leak in self.in_file(path)]


class Log(logging.Handler):
    """Everything that anybody logs, as text: of the standard library from DEBUG on, and of structlog."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._formatter = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line, with its traceback."""
        self.lines.append(self._formatter.format(record))

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


@contextmanager
def everything_logged() -> Iterator[Log]:
    """Collects what is logged inside the block, statements of the database among it."""
    log, root = Log(), logging.getLogger()
    talkative = [root, *(logging.getLogger(name) for name in ("sqlalchemy.engine", "sqlalchemy.pool"))]
    levels = [each.level for each in talkative]
    root.addHandler(log)
    for each in talkative:
        each.setLevel(logging.DEBUG)
    try:
        with capture_logs() as entries:
            yield log
    finally:
        root.removeHandler(log)
        for each, level in zip(talkative, levels, strict=True):
            each.setLevel(level)
        log.lines += [_written(entry) for entry in entries]


def _written(entry: Any) -> str:
    """A line as the product writes it: with the traceback of what went wrong."""
    whole = structlog.processors.format_exc_info(None, "", dict(entry))
    return str(structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(None, "", whole))
