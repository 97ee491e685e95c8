"""A new application out of the last one: what is carried over, what is to be filled in anew, what is gone.

Personal data comes over as masks; where they come back unchanged with ``based_on``, what they stand for is
taken from the earlier application (``applications.create_application``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from workflow.access import Actor
from workflow.clock import SHANGHAI, shanghai_date
from workflow.errors import NotNow
from workflow.form.opening import TrainingClass
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import Policy, available_policies, load_policy
from workflow.rules.facts import ListedInstitution, YearList
from workflow.services.case import Case, open_case
from workflow.services.editing import require_own
from workflow.services.facts import year_list_of
from workflow.services.personal import masked_form
from workflow.services.product import Product
from workflow.vocabulary import ApplicationKind, State, Subsidy

MOST_OFFERED = 3
_NEWEST_SEEN = 50
# Of a class: what is another time another one.
_OF_ITS_TIME = ("batch", "starts_on", "ends_on")
_KEPT_BY_DEPARTMENTS = ("reviews", "answers")


def list_previous(product: Product, *, actor: Actor, subsidy: Subsidy) -> list[dict[str, Any]]:
    """The newest submitted applications of the caller's organisation, or the caller's own, of this kind."""
    application = tables.application
    own = (
        application.c.organisation_id == actor.organisation_id
        if actor.organisation_id is not None
        else application.c.created_by == actor.account_id
    )
    newest = (
        select(
            application.c.id,
            application.c.number,
            application.c.state,
            application.c.kind,
            application.c.subsidy,
            application.c.region,
            application.c.created_at,
        )
        .where(own)
        .order_by(application.c.id.desc())
        .limit(_NEWEST_SEEN)
    )
    with reading(product.engine) as connection:
        rows = connection.execute(newest).mappings().all()
    return [
        {
            "id": row["id"],
            "number": row["number"],
            "state_label": State(row["state"]).label,
            "created_at": row["created_at"].astimezone(SHANGHAI).isoformat(),
        }
        for row in rows
        if State(row["state"]) is not State.DRAFT
        and (row["kind"], row["subsidy"], row["region"]) == (actor.applicant_kind, subsidy, actor.region)
    ][:MOST_OFFERED]


def read_carry_over(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """What of an own submitted application goes into a new one, of today.

    ``form`` are the parts as a new application takes them, personal data masked; ``policy`` the key that
    holds now or None; ``carried``, ``anew`` and ``dropped`` say in words what came over, what must be filled
    in, and what the present policy or year's list no longer knows. Raises ``NotFound``, ``Forbidden``, and
    ``NotNow`` for a draft.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_own(case, actor)
        if case.state is State.DRAFT:
            raise NotNow("草稿还没有提交，请直接修改这份草稿")
        listing = year_list_of(
            connection,
            region=case.row["region"],
            organisation_id=case.row["organisation_id"],
            provider=case.form.get("provider", {}),
        )
        today = shanghai_date(product.now(connection))
    return {"application_id": case.id, "number": case.row["number"]} | _carried(case, listing, today)


def _carried(case: Case, listing: YearList, today: date) -> dict[str, Any]:
    stored = masked_form(case.form)
    form: dict[str, Any] = {"applicant": _typed(stored.get("applicant", {}))}
    carried = ["申请人信息（号码仍然遮盖，不改动就沿用原来的）"]
    anew: list[str] = []
    dropped: list[str] = []
    policy = _policy_now(case, dropped)
    if case.subsidy is not Subsidy.TRAINING:
        anew.append("受益人员名单")
    elif case.kind is ApplicationKind.INDIVIDUAL:
        if provider := _typed(stored.get("provider", {})):
            form["provider"] = {name: provider[name] for name in _PROVIDER if name in provider}
            carried.append("培训机构")
        anew += ["培训的职业和级别", "证书"]
    else:
        opening = _typed(stored.get("opening", {}))
        classes = [_class_now(entry, listing, today, dropped) for entry in opening.get("classes", [])]
        opening["classes"] = [entry for entry in classes if entry]
        form["opening"] = opening
        if opening["classes"]:
            named = "、".join(str(entry.get("occupation", "")) for entry in opening["classes"])
            carried.append(f"开班申请：{len(opening['classes'])} 个班（{named}）的计划、师资、场地")
            anew += [str(TrainingClass.model_fields[name].title) for name in _OF_ITS_TIME]
        anew.append("学员名册")
    anew.append("附件")
    return {"policy": policy, "form": form, "carried": carried, "anew": anew, "dropped": dropped}


_PROVIDER = ("institution", "institution_uscc")


def _typed(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in _KEPT_BY_DEPARTMENTS}


def _policy_now(case: Case, dropped: list[str]) -> str | None:
    key, region = case.row["policy_key"], case.row["region"]

    def pays(policy: Policy) -> bool:
        return region in policy.regions and policy.pays(case.subsidy)

    if key in available_policies() and pays(load_policy(key)):
        return str(key)
    dropped.append(f"政策“{case.policy.title}”现在不再适用，请按现行政策申请")
    return None


def _class_now(
    entry: dict[str, Any], listing: YearList, today: date, dropped: list[str]
) -> dict[str, Any] | None:
    kept = {name: value for name, value in entry.items() if name not in _OF_ITS_TIME}
    listed = [each for each in listing.entries if each.holds(today)]
    which = f"班次{entry.get('class_no')}“{entry.get('occupation', '')}”"
    if listing.entries and not _knows(listed, entry, today):
        dropped.append(f"{which}：本单位现在的目录清单中没有这个职业（工种）或者级别")
        return None
    platform = kept.get("online_platform")
    if platform and not any(each.name == platform and each.holds(today) for each in listing.platforms):
        del kept["online_platform"]
        dropped.append(f"{which}的线上培训平台“{platform}”：现在的目录清单中没有")
    return kept


def _knows(listed: list[ListedInstitution], entry: dict[str, Any], today: date) -> bool:
    level = entry.get("level")
    return any(
        occupation.occupation_code == entry.get("occupation_code")
        and occupation.holds(today)
        and (level is None or not occupation.levels or level in occupation.levels)
        for institution in listed
        for occupation in institution.occupations
    )
