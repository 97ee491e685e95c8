"""政策说明: the policy in force for a region as citizens read it, out of the policy's own data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from workflow.chart.moves import APPLICANT
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Malformed, NotFound
from workflow.form.attachments import ATTACHMENT_PLACES
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import Policy, plain, policy_in_force, region_labels
from workflow.services.policies import summary_of
from workflow.services.product import Product
from workflow.vocabulary import SUBSIDIES_OF, ApplicationKind, Subsidy, starts_at_claim

_FORM = "平技领办〔2022〕5号 附件2 年度补贴培训资金申请表"
_HOW = {
    True: "取得证书或者安置就业之后，直接申领补贴。",
    False: "先提出开班申请，培训、考核之后申领补贴。",
}
_GROUNDS = {
    Subsidy.TRAINING: _FORM,
    Subsidy.EVALUATION: "中牟县工作方案（征求意见稿） 三(二)4",
    Subsidy.HIRING: "中牟县工作方案（征求意见稿） 三(三)7",
    Subsidy.PLACEMENT: "中牟县工作方案（征求意见稿） 三(三)7",
}


def read_plain_rules(product: Product, *, region: str | None = None) -> dict[str, Any]:
    """The rules of a region today, in short sentences with their grounds; for everybody.

    ``region`` None is the region where the first officer works. Raises ``Malformed`` for a region that there
    is not, ``NotFound`` where no policy is in force.
    """
    labels = region_labels()
    if region is not None and region not in labels:
        message = f"没有行政区划“{region}”，应为 {'、'.join(labels)}"
        raise Malformed(message, [FieldError("region", message)])
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        account = tables.account
        first = select(account.c.region).where(account.c.region.is_not(None)).order_by(account.c.id).limit(1)
        region = region or connection.scalar(first) or next(iter(labels))
    policy = policy_in_force(region, today)
    if policy is None:
        raise NotFound(f"{labels.get(region, region)}目前没有施行中的补贴培训政策")
    return {
        "region": region,
        "region_label": labels.get(region, region),
        "on": today.isoformat(),
        "policy": summary_of(policy),
        "applicants": list(_applicants(policy)),
        "trainees": _said(plain.trainee_statements(policy)),
        "rates": _said(plain.rate_statements(policy)),
        "evaluation_rates": _said(plain.evaluation_statements(policy)),
        "employment_subsidies": _said(plain.employment_statements(policy)),
        "money": _said(plain.money_statements(policy)),
        "steps": [asdict(step) for step in plain.steps(policy)],
        "training": _said(plain.training_statements(policy)),
        "documents": list(_documents(policy)),
        "lateness": _said(plain.lateness_statements(policy)),
    }


def _said(statements: Iterable[plain.Statement]) -> list[dict[str, Any]]:
    return [asdict(statement) for statement in statements]


def _applicants(policy: Policy) -> Iterator[dict[str, Any]]:
    """Who may apply for what under this policy, and how it begins."""
    for kind, subsidies in SUBSIDIES_OF.items():
        for subsidy in subsidies:
            if policy.pays(subsidy):
                yield {
                    "kind": kind.value,
                    "kind_label": kind.label,
                    "subsidy": subsidy.value,
                    "subsidy_label": subsidy.label,
                    "how": _HOW[starts_at_claim(kind, subsidy)],
                    "source": _GROUNDS[subsidy],
                }


def _documents(policy: Policy) -> Iterator[dict[str, Any]]:
    """What applicants upload, in the order of the form, and who of them."""
    asked = [
        (kind, subsidy)
        for kind, subsidies in SUBSIDIES_OF.items()
        for subsidy in subsidies
        if policy.pays(subsidy)
    ]
    for place, rule in ATTACHMENT_PLACES.items():
        if rule.adds is not APPLICANT:
            continue
        kinds = [kind for kind, subsidy in asked if rule.stands_on(kind, subsidy)]
        if kinds:
            yield {
                "place": place.value,
                "label": place.label,
                "section_label": rule.section.label,
                "who": _who(kinds),
                "expected": rule.expected,
                "source": rule.source,
            }


def _who(kinds: list[ApplicationKind]) -> str:
    return "、".join(dict.fromkeys(kind.label for kind in kinds))
