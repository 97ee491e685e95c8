"""The keys of personal data as they are given: in the environment or in a file, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow.sealing import key_name
from workflow.settings import DEMONSTRATION_KEY, SettingsError, read_settings

FIRST, SECOND, THIRD = "first-key" * 4, "second-key" * 4, "third-key" * 4


def test_the_first_key_is_current_and_the_further_ones_only_open(tmp_path: Path) -> None:
    given = read_settings(
        {"SUBSIDY_SECRET_KEY": FIRST, "SUBSIDY_FURTHER_SECRET_KEYS": f" {SECOND}  {THIRD} "}
    )
    assert (given.keys.current, given.keys.further) == (FIRST, (SECOND, THIRD))
    assert given.keys.names == tuple(map(key_name, (FIRST, SECOND, THIRD)))
    file = tmp_path / "keys"
    file.write_text(f"{FIRST}\n\n  {SECOND}\r\n{THIRD}\n", encoding="utf-8")
    assert read_settings({"SUBSIDY_SECRET_KEY_FILE": str(file)}).keys == given.keys
    assert read_settings({"SUBSIDY_SECRET_KEY_FILE": str(file), "SUBSIDY_HOST": "0.0.0.0"}).keys == given.keys


def test_the_demonstration_can_learn_a_key_too() -> None:
    assert read_settings({"SUBSIDY_FURTHER_SECRET_KEYS": FIRST}).keys.all == (DEMONSTRATION_KEY, FIRST)
    turned = read_settings({"SUBSIDY_SECRET_KEY": FIRST, "SUBSIDY_FURTHER_SECRET_KEYS": DEMONSTRATION_KEY})
    assert turned.keys.all == (FIRST, DEMONSTRATION_KEY)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SUBSIDY_SECRET_KEY": "short"}, "每个至少应有 32 个字符"),
        ({"SUBSIDY_SECRET_KEY": FIRST, "SUBSIDY_FURTHER_SECRET_KEYS": f"{SECOND} short"}, "每个至少应有 32"),
        ({"SUBSIDY_SECRET_KEY": FIRST, "SUBSIDY_FURTHER_SECRET_KEYS": FIRST}, "应互不相同"),
        ({"SUBSIDY_FURTHER_SECRET_KEYS": DEMONSTRATION_KEY}, "应互不相同"),
        ({"SUBSIDY_SECRET_KEY": FIRST, "SUBSIDY_SECRET_KEY_FILE": "keys"}, "只能设置一种"),
        ({"SUBSIDY_FURTHER_SECRET_KEYS": FIRST, "SUBSIDY_SECRET_KEY_FILE": "keys"}, "只能设置一种"),
        ({"SUBSIDY_SECRET_KEY_FILE": "nothing"}, "文件 nothing 无法读取"),
        ({"SUBSIDY_SECRET_KEY_FILE": "."}, "文件 . 无法读取"),
        ({"SUBSIDY_SECRET_KEY_FILE": "empty"}, "文件 empty 中没有密钥"),
        ({"SUBSIDY_SECRET_KEY_FILE": "binary"}, "文件 binary 无法读取"),
        ({"SUBSIDY_SECRET_KEY_FILE": "short"}, "文件 short（每行一个密钥"),
        ({"SUBSIDY_SECRET_KEY_FILE": "twice"}, "应互不相同"),
        ({"SUBSIDY_HOST": "0.0.0.0"}, "SUBSIDY_SECRET_KEY_FILE"),
    ],
)
def test_what_is_wrong_with_the_keys_is_said_in_a_line_that_shows_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in (
        ("keys", FIRST.encode()),
        ("empty", b" \n\n"),
        ("binary", b"\xff\xfe\x00"),
        ("short", f"{FIRST}\nshort-one\n".encode()),
        ("twice", f"{FIRST}\n{SECOND}\n{FIRST}\n".encode()),
    ):
        Path(name).write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        read_settings(environment)
    message = str(refused.value)
    assert said in message
    assert "\n" not in message
    assert not any(secret in message for secret in (FIRST, SECOND, "short-one"))


def test_settings_and_keys_that_are_printed_show_no_secret() -> None:
    settings = read_settings(
        {
            "SUBSIDY_SECRET_KEY": FIRST,
            "SUBSIDY_FURTHER_SECRET_KEYS": SECOND,
            "SUBSIDY_SMTP_URL": "smtp://user:password@host",
        }
    )
    printed = repr(settings) + repr(settings.keys)
    assert not any(secret in printed for secret in (FIRST, SECOND, "password"))
