"""Rules of the money that leaves and comes back: never more than was approved, paid or ordered back."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.errors import Finding
from workflow.form.money import fen_from_yuan, yuan_text
from workflow.policy import Policy
from workflow.rules.facts import Facts
from workflow.rules.findings import found


def payment_amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """All payments together, with the one that is made now, stay within the approved amount."""
    yield from _within(facts, policy, facts.paid_fen, facts.approved_fen, "拨付金额", "核定金额")


def recovery_amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Not more is recovered than was paid."""
    yield from _within(facts, policy, 0, facts.paid_fen, "追缴金额", "已拨付金额")


def receipt_amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Not more comes back than was ordered back."""
    yield from _within(facts, policy, facts.recovered_fen, facts.recoverable_fen, "到账金额", "追缴金额")


def _within(
    facts: Facts, policy: Policy, before: int, most: int, label: str, limit_label: str
) -> Iterator[Finding]:
    if "amount" not in facts.payload:
        return
    total = before + fen_from_yuan(facts.payload["amount"])
    if total > most:
        yield found(
            policy,
            "payment-amount",
            measured=f"累计{yuan_text(total)}",
            limit=f"不超过{limit_label}{yuan_text(most)}",
            message=f"{label}过多",
            where="payload.amount",
        )
