"""What every command of the command line has: Chinese help, how it reads and prints, the product opened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.errors import NotFound
from workflow.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from sqlalchemy import URL

    from workflow.services.product import Product


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Chinese(click.Command):
    """A command whose help is in Chinese; click's own words are English."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        records = [record for each in options if (record := each.get_help_record(ctx))]
        with formatter.section("选项"):
            formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


class ChineseGroup(Chinese, click.Group):
    """A group of such commands."""

    command_class = Chinese

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("命令"):
            formatter.write_dl([(name, each.get_short_help_str(200)) for name, each in commands if each])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click sorts; ours are in order of use
        return list(self.commands)


ChineseGroup.group_class = ChineseGroup
GROUP: dict[str, Any] = {
    "no_args_is_help": False,
    "options_metavar": "[选项]",
    "subcommand_metavar": "命令 [参数]…",
}
COMMAND: dict[str, Any] = {"options_metavar": "[选项]"}


class Whole(click.ParamType[int]):
    """A whole number that says in Chinese when it is none.

    ``digits`` is more than usual where the use case itself names the limit that a huge number breaks.
    """

    name = "n"

    def __init__(self, digits: int = 9) -> None:
        self._digits = digits

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not (text.isascii() and text.removeprefix("-").isdigit()):
            self.fail(f"应为整数，现为“{text[:40]}”", param, ctx)
        if len(text.removeprefix("-")) > self._digits:
            self.fail(f"应为不超过 {self._digits} 位的整数，现为 {len(text)} 位", param, ctx)
        return int(text)


class Day(click.ParamType[str]):
    """A date, kept as the text it was written in."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            # Python reads more of ISO 8601 than people write, such as week dates.
            return date.fromisoformat(value if _DAY.fullmatch(value) else "").isoformat()
        except ValueError:
            self.fail(f"应为日期，如 2026-09-18，现为“{value}”", param, ctx)


json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")


# --- printing ----------------------------------------------------------------------------------------------


def print_json(facts: Any) -> None:
    """Facts as JSON, for people too."""
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2))


def table(labels: dict[str, str], rows: Iterable[dict[str, Any]]) -> list[str]:
    """Lines in which columns stand below each other; a Chinese character is two columns wide."""
    body = [["" if row.get(key) is None else str(row[key]) for key in labels] for row in rows]
    lines = [list(labels.values()), *body]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


# --- opening the product -----------------------------------------------------------------------------------


def database_url(settings: Settings) -> URL:
    """The address of the database; ``SettingsError`` where it is none."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(settings.database_url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "环境变量 DATABASE_URL 不是有效的数据库地址，应形如 postgresql+psycopg://用户:密码@主机:5432/库名"
        ) from None


def open_product_of(settings: Settings) -> Product:
    """The product of these settings, put away when the command ends."""
    from workflow.services.product import open_product

    database_url(settings)
    product = open_product(settings)
    click.get_current_context().call_on_close(product.engine.dispose)
    return product


def _is_unborn(settings: Settings) -> bool:
    """Whether the SQLite file is not there yet; opening it would create it."""
    url = database_url(settings)
    in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return in_file and not Path(str(url.database)).exists()


def open_ready() -> Product:
    """The product over a database that has the schema of this code; refused otherwise."""
    from workflow.services import health

    settings = read_settings()
    if _is_unborn(settings):
        raise NotFound("数据库还没有建立，请先运行 subsidy migrate")
    product = open_product_of(settings)
    health.require_schema(product)
    return product


def open_for_calendar() -> Product:
    """The product; before there is a database, one in memory that knows the packaged calendar."""
    from dataclasses import replace

    from workflow.services import setup

    settings = read_settings()
    if not _is_unborn(settings):
        return open_ready()
    product = open_product_of(replace(settings, database_url="sqlite:///:memory:"))
    setup.prepare(product)
    return product
