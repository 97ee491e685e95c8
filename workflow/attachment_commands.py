"""The commands of ``subsidy attachments``: whether every file is whole, and removing files without a row."""

from __future__ import annotations

import click

from workflow.command_line import COMMAND, GROUP, ChineseGroup, json_option, open_ready, print_json


@click.group(cls=ChineseGroup, **GROUP)
def attachments() -> None:
    """附件：上传的扫描件和照片。"""


@attachments.command("verify", **COMMAND)
@json_option
def verify(as_json: bool) -> int:
    """逐个核验附件：文件在、没有被改动、能打开；有问题的指出是哪一个，并以 1 退出。"""
    from workflow.attachments.limits import megabytes
    from workflow.services.attachments import verify_attachments

    facts = verify_attachments(open_ready())
    if as_json:
        print_json(facts)
    elif facts["holds"]:
        click.echo(f"完好：{facts['files']} 个附件，共 {megabytes(facts['byte_count'])}")
    else:
        for fault in facts["faults"]:
            whose = (
                f"申请 {fault['application']}" if fault["application"] else f"注册 {fault['registration']}"
            )
            click.echo(f"  {whose} 的附件 {fault['attachment']}：{fault['fault']}")
    if not facts["holds"]:
        click.echo(f"错误：附件不完好，共发现 {facts['fault_count']} 处问题", err=True)
    return 0 if facts["holds"] else 1


@attachments.command("sweep", **COMMAND)
@click.option("--apply", is_flag=True, help="删除；不加则只列出数量")
@json_option
def sweep(apply: bool, as_json: bool) -> None:
    """找出没有登记的文件（上传中断留下，一小时以上），加 --apply 删除；附件目录须为本数据库专用。"""
    from workflow.attachments.limits import megabytes
    from workflow.services.attachments import sweep_attachments

    facts = sweep_attachments(open_ready(), apply=apply)
    if as_json:
        print_json(facts)
        return
    size = megabytes(facts["byte_count"]) if facts["orphan_count"] else "0 KB"
    done = "已删除" if apply else "加 --apply 删除"
    click.echo(
        f"没有登记的文件 {facts['orphan_count']} 个，共 {size}"
        + (f"，{done}" if facts["orphan_count"] else "")
    )
