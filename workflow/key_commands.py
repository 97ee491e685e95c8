"""The commands of ``subsidy keys``: what lies under which key, sealing all anew, giving up an old key."""

from __future__ import annotations

from typing import Any

import click

from workflow.command_line import COMMAND, GROUP, ChineseGroup, json_option, open_ready, print_json, table

_TOLD_EACH = 5_000
# Sealed before values said under which key they lie.
_UNNAMED = "（未注明）"


@click.group(cls=ChineseGroup, **GROUP)
def keys() -> None:
    """个人信息的密钥：更换时不停机，步骤见 README。"""


@keys.command("status", **COMMAND)
@json_option
def show_status(as_json: bool) -> int:
    """逐个密钥列出各有多少内容以它加密，哪些密钥可以弃用；有内容的密钥不在配置中的，以 1 退出。"""
    from workflow.services.keys import LABELS, read_key_status

    status = read_key_status(open_ready())
    lost = [key for key in status["keys"] if key["role"] == "unknown" and key["sealed_count"] and key["name"]]
    if as_json:
        print_json(status)
    else:
        places = dict.fromkeys(name for key in status["keys"] for name in key["sealed"])
        labels = {"name": "密钥", "role_label": "用途"}
        labels |= {name: LABELS.get(name, name) for name in places} | {"index_count": "人员索引"}
        rows = [
            key
            | {name: key["sealed"].get(name, 0) for name in places}
            | {"name": key["name"] or "（未注明）"}
            for key in status["keys"]
        ]
        for line in table(labels, rows):
            click.echo(line)
        for sentence in _advice(status):
            click.echo(sentence)
    if lost:
        names = "、".join(f"{key['name']}（{key['sealed_count']} 处）" for key in lost)
        click.echo(f"错误：有内容以密钥 {names}加密，而它不在配置中，无法打开", err=True)
    return 1 if lost else 0


def _advice(status: dict[str, Any]) -> list[str]:
    if status["unindexed_count"]:
        return [f"有 {status['unindexed_count']} 人还没有现用密钥的索引，请运行 subsidy keys rotate"]
    behind = sum(key["sealed_count"] for key in status["keys"] if key["role"] != "current")
    if behind:
        return [f"有 {behind} 处不在现用密钥之下，请运行 subsidy keys rotate"]
    free = [key for key in status["keys"] if key["droppable"]]
    return [
        f"密钥 {key['name']} 之下已没有内容："
        + (
            "可以从配置中去掉"
            if key["role"] == "further"
            else f"可以运行 subsidy keys drop {key['name']} 删除它的索引"
        )
        for key in free
    ] or ["全部内容都在现用密钥之下"]


@keys.command("rotate", **COMMAND)
@json_option
def rotate(as_json: bool) -> int:
    """以现用密钥重新加密全部个人信息；服务不停，中断后再运行即可接着做。"""
    from workflow.services.keys import LABELS, rotate_keys

    told: dict[str, int] = {}

    def tell(name: str, done: int, total: int) -> None:
        if done == total or done - told.get(name, 0) >= _TOLD_EACH:
            told[name] = done
            click.echo(f"· {LABELS.get(name, name)} {done}/{total}", err=as_json)

    facts = rotate_keys(open_ready(), told=tell)
    if as_json:
        print_json(facts)
    else:
        done = "、".join(f"{LABELS.get(name, name)} {count} 件" for name, count in facts["resealed"].items())
        click.echo(f"已以密钥 {facts['key']} 重新加密：{done or '没有需要重新加密的内容'}")
        for each in facts["left"]:
            ids = "、".join(map(str, each["ids"])) + ("…" if each["count"] > len(each["ids"]) else "")
            place = LABELS.get(each["table"], each["table"])
            click.echo(f"  {place} {each['count']} 件（编号 {ids}）：{each['reason']}")
    if facts["left_count"]:
        click.echo(f"错误：还有 {facts['left_count']} 件没有重新加密，请处理后再次运行", err=True)
    return 1 if facts["left_count"] else 0


@keys.command("drop", **COMMAND)
@click.argument("name", metavar="NAME")
@json_option
def drop(name: str, as_json: bool) -> None:
    """弃用名为 NAME 的旧密钥：其下已没有内容时，删除它的人员索引。"""
    from workflow.services.keys import drop_key

    facts = drop_key(open_ready(), name=name)
    if as_json:
        print_json(facts)
    else:
        click.echo(f"已弃用密钥 {name}，删除索引 {facts['dropped']} 条")
