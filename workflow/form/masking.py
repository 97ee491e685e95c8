"""What is shown of a person where the whole is not needed: numbers and names with the middle covered."""

from __future__ import annotations

import re

COVER = "*"
# Eleven digits and more, and what is written in the groups of a phone or an identity number: no date, no
# number of an application.
_LONG_NUMBER = re.compile(
    r"\d(?:[ \u3000]?\d){10,}[Xx]?|(?<!\d)\d{3}-\d{4}-\d{4}(?!\d)|(?<!\d)\d{6}-\d{8}-\d{3}[\dXx]"
)


def mask_identity(number: str) -> str:
    """The first six and last four signs, such as 410499********0081; short numbers keep only the ends."""
    return _middle_covered(number, 6, 4)


def mask_account(number: str) -> str:
    """The last four digits of a bank account."""
    return _middle_covered(number, 0, 4)


def mask_phone(number: str) -> str:
    """The first three and last four digits of a telephone number, such as 138****0000."""
    return _middle_covered(number, 3, 4)


def mask_name(name: str) -> str:
    """The first sign of a person's name, for public pages, such as 张*."""
    return name[:1] + COVER * (len(name) - 1)


def mask_email(address: str) -> str:
    """The first sign and the domain of an e-mail address, such as z***@example.cn."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}{COVER * 3}@{domain}"


def cover_numbers(text: str) -> str:
    """Any text, with the middle of its long numbers covered: for messages and logs that repeat what came."""
    return _LONG_NUMBER.sub(lambda number: mask_phone(number[0]), text)


def _middle_covered(text: str, head: int, tail: int) -> str:
    # At least a third stays covered, whatever the length: a short passport number must not show through.
    if 3 * (len(text) - head - tail) < len(text):
        head, tail = len(text) // 4, len(text) // 4
    return text[:head] + COVER * (len(text) - head - tail) + (text[-tail:] if tail else "")


MASKS = {"identity": mask_identity, "account": mask_account, "phone": mask_phone}
