"""The commands of ``subsidy policy``: what there is, whether it holds, what it says, what differs."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.command_line import COMMAND, GROUP, ChineseGroup, json_option, print_json, table

if TYPE_CHECKING:
    from workflow.policy import Policy

_SUFFIX = ".toml"


@click.group(cls=ChineseGroup, **GROUP)
def policy() -> None:
    """政策参数。"""


@policy.command("list", **COMMAND)
@json_option
def list_policies(as_json: bool) -> None:
    """列出全部政策：适用地区、效力、版本。"""
    from workflow.policy import available_policies, load_policy
    from workflow.services.policies import summary_of

    items = [summary_of(load_policy(key)) for key in available_policies()]
    if as_json:
        print_json({"items": items, "next": None})
        return
    labels = {"key": "政策", "version": "版本", "validity": "效力", "title": "名称", "places": "适用地区"}
    rows = [
        item | {"validity": _validity(item), "places": "、".join(each["label"] for each in item["regions"])}
        for item in items
    ]
    for line in table(labels, rows):
        click.echo(line)


@policy.command("check", **COMMAND)
@click.argument("files", metavar="[FILE…]", nargs=-1, type=click.Path(path_type=Path))
@json_option
def check_policies(files: tuple[Path, ...], as_json: bool) -> int:
    """检查政策文件 FILE…（不给出则检查全部自带的政策）；每个问题一行，有问题的以 1 退出。"""
    from workflow.policy import check_files

    checked, found = check_files(files)
    if as_json:
        print_json(
            {
                "checked": list(checked),
                "problems": [
                    {"file": name, "path": fault.path, "problem": fault.what} for name, fault in found
                ],
            }
        )
    elif found:
        for name, fault in found:
            click.echo(f"{name}：{fault}")
    else:
        click.echo(f"完好：{'、'.join(checked)}")
    if found:
        click.echo(f"错误：政策文件共有 {len(found)} 处问题", err=True)
    return 1 if found else 0


@policy.command("show", **COMMAND)
@click.argument("reference", metavar="KEY")
@json_option
def show_policy(reference: str, as_json: bool) -> None:
    """显示政策 KEY（或者一个政策文件）的每一个参数和它的出处。"""
    from workflow.services.policies import facts_of, summary_of

    found = _policy(reference)
    facts = summary_of(found) | {"parameters": [facts_of(each) for each in found.parameters]}
    if as_json:
        print_json(facts)
        return
    click.echo(f"{facts['title']}（{facts['key']}，版本 {facts['version']}），{_validity(facts)}")
    labels = {"path": "参数", "title": "名称", "said": "值", "source": "出处"}
    for group, parameters in groupby(facts["parameters"], key=lambda each: each["group_label"]):
        click.echo(f"\n{group}")
        for line in table(labels, [each | {"said": _said(each)} for each in parameters]):
            click.echo(f"  {line}")


@policy.command("diff", **COMMAND)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@json_option
def compare_policies(before: str, after: str, as_json: bool) -> None:
    """比较政策 A 和 B（政策或者政策文件）：哪些值不同，各自的出处。"""
    from workflow.services.policies import comparison_of

    facts = comparison_of(_policy(before), _policy(after))
    if as_json:
        print_json(facts)
        return
    sides = (facts["before"], facts["after"])
    click.echo(" → ".join(f"{side['key']}（版本 {side['version']}）" for side in sides))
    for label, in_value in (("值不同", True), ("值相同、依据或说明不同", False)):
        changes = [change for change in facts["changes"] if change["in_value"] is in_value]
        click.echo(f"{label} {len(changes)} 项")
        for change in changes:
            click.echo(f"  {change['path']} {change['title']}")
            for sign, side in (("-", "before"), ("+", "after")):
                click.echo(f"    {sign} {_line(change[side])}")


def _policy(reference: str) -> Policy:
    """The policy of this key, or of a file."""
    from workflow.policy import load_policy, read_policy

    return read_policy(Path(reference)) if reference.endswith(_SUFFIX) else load_policy(reference)


def _validity(facts: dict[str, Any]) -> str:
    until = f"至 {facts['valid_until']}" if facts["valid_until"] else "起"
    return f"{facts['valid_from']} {until}" + ("，依据为征求意见稿" if facts["draft"] else "")


def _said(parameter: dict[str, Any]) -> str:
    details = f"（{parameter['details']}）" if parameter["details"] else ""
    return f"{parameter['value']}{details}"


def _line(parameter: dict[str, Any] | None) -> str:
    if parameter is None:
        return "没有这个参数"
    note = f"（{parameter['note']}）" if parameter["note"] else ""
    return f"{_said(parameter)}　{parameter['source']}{note}"
