"""Whatever is sent as a workbook is decided cheaply, in a child, and leaves the server as it was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.workflow.workbooks.corpus import KINDS, MEGABYTE, STRINGS, repeated, write_corpus
from tests.workflow.workbooks.harness import MEGABYTES, SECONDS, Verdict, judge

EXPECTED = {
    "a_table_as_text": "文本文件（如 CSV）",
    "a_web_page": "网页（HTML）",
    "an_old_workbook": "旧格式的文件（如 .xls）",
    "one_with_a_password": "设有密码",
    "encrypted_parts": "设有密码",
    "a_workbook_in_a_zip": "是压缩包，请解压后上传其中的工作簿",
    "another_document": "不是 XLSX 文件，是",
    "cut_off": "文件不完整或已损坏",
    "too_many_parts": "解压后过大",
    "a_bomb": "解压后过大",
    "parts_that_overlap": "解压后过大",
    "macros": "含有宏",
    "no_sheet_to_see": "没有可见的工作表",
    "too_many_people": "最多10000行",
    "one_string_everywhere": "过于复杂",
    "a_billion_laughs": "DOCTYPE",
    "entities_from_elsewhere": "DOCTYPE",
    "endless_nesting": "过于复杂",
}
READ = (
    *("zips_inside", "links_to_elsewhere", "formulas", "errors", "strings_that_are_not_there"),
    *("strange_numbers", "strange_kinds", "strange_texts", "hidden_people"),
)


def kind(verdict: Verdict) -> str:
    return verdict.name.partition("-")[2]


def check(folder: Path, count: int) -> list[Verdict]:
    write_corpus(folder, count)
    verdicts, server = judge(folder)
    assert [verdict for verdict in verdicts if not verdict.decided] == []
    assert len(verdicts) == count
    assert (server.grown_files, server.threads, server.children) == (0, 1, 0)
    assert server.grown_megabytes < 50
    for verdict in verdicts:
        assert EXPECTED.get(kind(verdict), "") in verdict.refused, verdict
        if kind(verdict) in READ:
            assert verdict.rows, verdict
    return verdicts


def test_one_workbook_of_every_kind_is_decided_and_the_server_unharmed(tmp_path: Path) -> None:
    assert len(KINDS) >= 40
    check(tmp_path, len(KINDS))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_five_hundred_workbooks_are_decided_and_the_server_unharmed(tmp_path: Path) -> None:
    verdicts = check(tmp_path, 500)
    # On the clock of the wall: on a machine that does nothing else.
    assert max(verdict.seconds for verdict in verdicts) <= SECONDS
    assert max(verdict.peak_megabytes for verdict in verdicts) <= MEGABYTES


def test_the_same_child_without_its_limits_is_found_out(tmp_path: Path) -> None:
    """The proof that the harness sees an overrun, and that it is the limits that prevent it."""
    contents = {
        "a-bomb": repeated(STRINGS, b"<a>", b" ", 250 * MEGABYTE, b"</a>"),
        "b-nesting": KINDS["endless_nesting"](random.Random(1)),
        "c-strings": KINDS["endless_shared_strings"](random.Random(1)),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    verdicts, _ = judge(tmp_path, "--without-limits")
    assert [verdict.decided for verdict in verdicts] == [False, False, False]
    verdicts, _ = judge(tmp_path)
    assert [verdict.decided for verdict in verdicts] == [True, True, True]
