"""Sanctions on the year's list: removals, stops, the blacklist, bans; and the surveys a stop follows from.

Their ends are minimums: they do not move for days off (``contract.md``, Clocks at the surface).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, update

from calendars import add_months, add_years
from workflow.access import Actor
from workflow.clock import day_cn
from workflow.errors import Conflict, FieldError, Forbidden, NotNow
from workflow.form.reading import malformed, read
from workflow.form.year_list import MOST_REASON, SanctionEntry, SanctionLifting, SurveyCorrection, SurveyEntry
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import Policy, policy_in_force
from workflow.services.actors import work_of
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.year_list_access import in_own_region, keeps_list, require_keeper, visible
from workflow.services.year_list_keeping import Body, Desk, fields_of, keeping
from workflow.services.year_list_rows import (
    sanction_view,
    stored_sanction,
    stored_survey,
    survey_view,
    today_of,
    with_enterer,
    with_lifter,
)
from workflow.services.year_list_trail import Change, Subject
from workflow.vocabulary import SanctionKind

RULE = "satisfaction"
_CORRECTED = "满意度调查更正："
_institution, _platform = tables.listed_institution, tables.listed_platform
_sanction, _survey = tables.sanction, tables.satisfaction_survey


@work_of(keeps_list)
def list_sanctions(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    kind: str | None = None,
    uscc: str | None = None,
    platform: str | None = None,
    in_force: bool | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The sanctions this person may see, newest first; ``in_force`` (or not) on the present day."""
    with reading(product.engine) as connection:
        today = today_of(product, connection)
        statement = _sanctions().where(_visible(connection, actor))
        for column, wanted in (("region", region), ("kind", kind), ("uscc", uscc), ("platform", platform)):
            if wanted is not None:
                statement = statement.where(_sanction.c[column] == wanted)
        if in_force is not None:
            holds = and_(
                _sanction.c.from_on <= today,
                or_(_sanction.c.until_on.is_(None), _sanction.c.until_on >= today),
                or_(_sanction.c.lifted_on.is_(None), _sanction.c.lifted_on > today),
            )
            statement = statement.where(holds if in_force else ~holds)
        return page_of(
            connection,
            statement,
            _sanction.c.id,
            cursor,
            limit,
            lambda row: sanction_view(row, actor, today),
            descending=True,
        )


@work_of(keeps_list)
def read_sanction(product: Product, *, actor: Actor, sanction_id: int) -> dict[str, Any]:
    """One sanction; raises ``NotFound`` and ``Forbidden``."""
    with reading(product.engine) as connection:
        row = stored_sanction(connection, sanction_id)
        seen = select(_sanction.c.id).where(_sanction.c.id == sanction_id)
        if connection.execute(seen.where(_visible(connection, actor))).one_or_none() is None:
            raise Forbidden("这项处理不属于您的单位或者您所在的地区，您无权查看")
        return sanction_view(row, actor, today_of(product, connection))


def impose_sanction(product: Product, *, actor: Actor, body: Body) -> dict[str, Any]:
    """Removes, stops, blacklists or bans an institution or a platform, at least as long as the policy says.

    A ban of a platform lasts the policy's years from the day of its violation where no later end is given.
    Raises ``Malformed``, ``Forbidden``, and ``Conflict`` where the same was entered already.
    """
    entry = read(SanctionEntry, dict(body))
    with keeping(product, actor) as desk:
        require_keeper(desk.connection, desk.actor, entry.region, entry.uscc)
        name = _subject_name(desk.connection, entry)
        if entry.from_on > add_years(today_of(product, desk.connection), 1):
            raise _wrong("from_on", f"“起始日期”至多在一年之后（填写的是“{entry.from_on}”）")
        until = _until_of(entry)
        values = fields_of(entry) | {"subject_name": name, "until_on": until.isoformat() if until else None}
        _refuse_twin(desk.connection, entry, name)
        key = _insert(desk, values, from_on=entry.from_on, until_on=until)
        desk.record("impose_sanction", Subject(entry.region, name, entry.uscc), [_change(None, values)])
    return read_sanction(product, actor=actor, sanction_id=key)


def lift_sanction(product: Product, *, actor: Actor, sanction_id: int, body: Body) -> dict[str, Any]:
    """Ends a sanction before its time: from the present day on it holds no more.

    Raises ``NotNow`` where it was lifted or has ended already.
    """
    wanted = read(SanctionLifting, dict(body))
    with keeping(product, actor) as desk:
        row = stored_sanction(desk.connection, sanction_id)
        require_keeper(desk.connection, desk.actor, row["region"], row["uscc"])
        today = today_of(product, desk.connection)
        if row["lifted_on"] is not None:
            raise NotNow(f"这项处理已于{day_cn(row['lifted_on'])}由{row['lifted_by_name']}解除")
        if row["until_on"] is not None and row["until_on"] < today:
            raise NotNow(f"这项处理已于{day_cn(row['until_on'])}到期，无须解除")
        lifted = {"lifted_on": today, "lifted_by": desk.actor.account_id, "lifted_reason": wanted.reason}
        desk.connection.execute(update(_sanction).where(_sanction.c.id == sanction_id).values(lifted))
        subject = Subject(row["region"], row["subject_name"], row["uscc"])
        before = {"kind": row["kind"], "from_on": row["from_on"].isoformat()}
        after = before | {"lifted_on": today.isoformat(), "lifted_reason": wanted.reason}
        desk.record("lift_sanction", subject, [_change(before, after)])
    return read_sanction(product, actor=actor, sanction_id=sanction_id)


def list_surveys(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    uscc: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The surveys this person may see, newest first."""
    with reading(product.engine) as connection:
        statement = with_enterer(_survey, select(_survey)).where(visible(connection, actor, _survey))
        for column, wanted in (("region", region), ("uscc", uscc)):
            if wanted is not None:
                statement = statement.where(_survey.c[column] == wanted)
        return page_of(connection, statement, _survey.c.id, cursor, limit, survey_view, descending=True)


def record_survey(product: Product, *, actor: Actor, body: Body) -> dict[str, Any]:
    """Records how satisfied the trainees were; below the policy's limit the institution is stopped at once.

    The stop begins on the day of the finding and lasts the policy's months; the policy is the one in force
    in the region on that day. Answers the survey, with its ``stop`` or None. Raises ``Malformed``,
    ``Forbidden``, and ``Conflict`` for a second survey of the same institution and day.
    """
    entry = read(SurveyEntry, dict(body))
    with keeping(product, actor) as desk:
        connection = desk.connection
        require_keeper(connection, desk.actor, entry.region, entry.uscc)
        name = _listed_name(connection, entry.region, entry.uscc)
        if name is None:
            raise _wrong("uscc", f"本地区的目录清单中没有统一社会信用代码为“{entry.uscc}”的机构")
        _require_day_of_survey(connection, entry, name, today_of(product, connection))
        values = fields_of(entry)
        survey_id = connection.execute(
            insert(_survey)
            .values(values | {"surveyed_on": entry.surveyed_on} | _entered(desk))
            .returning(_survey.c.id)
        ).scalar_one()
        changes = [Change("survey", entry.surveyed_on.isoformat(), None, values)]
        stop_id = None
        stop = _stop_of(entry, name)
        if stop is not None:
            stop_id = _insert(desk, stop, **_days_of(stop), survey_id=survey_id)
            changes.append(_change(None, stop))
        subject = Subject(entry.region, name, entry.uscc)
        desk.record("record_satisfaction_survey", subject, changes)
    return _read_survey(product, actor, survey_id, stop_id)


def read_survey(product: Product, *, actor: Actor, survey_id: int) -> dict[str, Any]:
    """One survey with the name of the institution and the id of its latest entry on the list.

    Raises ``NotFound`` and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        row = stored_survey(connection, survey_id)
        seen = select(_survey.c.id).where(_survey.c.id == survey_id)
        if connection.execute(seen.where(visible(connection, actor, _survey))).one_or_none() is None:
            raise Forbidden("这次调查不属于您的单位或者您所在的地区，您无权查看")
        entries = _listed(row["region"], row["uscc"])
        listed = connection.execute(entries).mappings().first()
    assert listed is not None, "a survey is recorded of a listed institution, and none is taken away"
    return survey_view(row) | {"subject_name": listed["name"], "institution_id": listed["id"]}


def correct_survey(product: Product, *, actor: Actor, survey_id: int, body: Body) -> dict[str, Any]:
    """Corrects what was entered wrongly of a survey; the trail keeps both, and why.

    The stop follows: it is imposed, moved or lifted as the corrected figures say, from the present day on.
    One that HR has lifted for another reason, or that is over, stays as it is. Answers the survey, with its
    ``stop`` or None. Raises ``Malformed``, ``Forbidden``, ``NotFound``, ``NotNow`` where nothing is
    corrected, and ``Conflict`` where there is another survey of that day.
    """
    given = read(SurveyCorrection, dict(body))
    with keeping(product, actor) as desk:
        connection = desk.connection
        row = stored_survey(connection, survey_id)
        require_keeper(connection, desk.actor, row["region"], row["uscc"])
        name, today = (
            _listed_name(connection, row["region"], row["uscc"]) or "",
            today_of(product, connection),
        )
        corrected = {"surveyed_on": given.surveyed_on, "asked_count": given.asked_count}
        corrected |= {"satisfied_count": given.satisfied_count}
        was, entry = (
            SurveyEntry(**{field: values[field] for field in SurveyEntry.model_fields})
            for values in (row, dict(row) | corrected)
        )
        if entry == was:
            raise NotNow("填写的内容与原来登记的相同，没有需要更正的")
        _require_day_of_survey(connection, entry, name, today, other_than=survey_id)
        connection.execute(update(_survey).where(_survey.c.id == survey_id).values(corrected))
        told = fields_of(entry) | {"correction_reason": given.reason}
        changes = [Change("survey", was.surveyed_on.isoformat(), fields_of(was), told)]
        stop_id, change = _stop_again(desk, survey_id, _stop_of(entry, name), given.reason, today)
        changes += [change] if change else []
        desk.record("correct_satisfaction_survey", Subject(entry.region, name, entry.uscc), changes)
    return _read_survey(product, actor, survey_id, stop_id)


def stop_until(policy: Policy, found_on: date) -> date | None:
    """The last day of a stop that begins on a day; None where the policy knows no such stop.

    One month from 7 August: until 6 September, a class may open on 7 September.
    """
    months = policy.satisfaction_stop_months
    return None if months is None else add_months(found_on, months) - timedelta(days=1)


def ban_until(policy: Policy, violated_on: date) -> date | None:
    """The last day of a platform's ban for a violation of that day; None where the policy does not say."""
    years = policy.platform_ban_years
    return None if years is None else add_years(violated_on, years) - timedelta(days=1)


# --- inside ------------------------------------------------------------------------------------------------


def _require_day_of_survey(
    connection: Connection, entry: SurveyEntry, name: str, today: date, other_than: int = 0
) -> None:
    """Refuses a survey of a day to come, and a second one of the same day."""
    if entry.surveyed_on > today:
        raise _wrong(
            "surveyed_on",
            f"“认定日期”不能在今天（{day_cn(today)}）之后（填写的是“{entry.surveyed_on}”）",
        )
    twin = select(_survey.c.id).where(
        _survey.c.region == entry.region,
        _survey.c.uscc == entry.uscc,
        _survey.c.surveyed_on == entry.surveyed_on,
        _survey.c.id != other_than,
    )
    if connection.execute(twin).one_or_none() is not None:
        raise Conflict(f"{name}{day_cn(entry.surveyed_on)}的满意度调查已经登记；同一天的几次调查请合并登记")


def _stop_again(
    desk: Desk, survey_id: int, wanted: dict[str, Any] | None, why: str, today: date
) -> tuple[int | None, Change | None]:
    """The stop as the corrected survey wants it: its id, and what changed about it."""
    found = desk.connection.execute(select(_sanction).where(_sanction.c.survey_id == survey_id))
    row = found.mappings().one_or_none()
    if row is None:
        if wanted is None:
            return None, None
        return _insert(desk, wanted, **_days_of(wanted), survey_id=survey_id), _change(None, wanted)
    lifted = row["lifted_on"] is not None
    if lifted and not (wanted and row["lifted_reason"].startswith(_CORRECTED)):
        return row["id"], None
    values: dict[str, Any]
    if wanted is not None:
        values = wanted | {"lifted_on": None, "lifted_by": None, "lifted_reason": None}
        typed = values | _days_of(wanted)
    elif row["until_on"] < today:
        return row["id"], None
    else:
        values = {"lifted_on": today.isoformat(), "lifted_reason": f"{_CORRECTED}{why}"[:MOST_REASON]}
        typed = values | {"lifted_on": today, "lifted_by": desk.actor.account_id}
    desk.connection.execute(update(_sanction).where(_sanction.c.id == row["id"]).values(typed))
    before = {
        name: value.isoformat() if isinstance(value := row[name], date) else value
        for name in ("kind", "from_on", *values)
    }
    kept = {name: value for name, value in values.items() if name != "lifted_by"}
    change = _change(before, {"kind": row["kind"], "from_on": before["from_on"]} | kept)
    return row["id"], change if change.names else None


def _days_of(stop: dict[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(stop[name]) for name in ("from_on", "until_on")}


def _stop_of(entry: SurveyEntry, name: str) -> dict[str, Any] | None:
    """The stop that follows from a survey; None where it is good enough, or the policy does not say."""
    policy = policy_in_force(entry.region, entry.surveyed_on)
    rule = policy.rules.get(RULE) if policy else None
    if policy is None or rule is None:
        return None
    until = stop_until(policy, entry.surveyed_on)
    if until is None or 100 * entry.satisfied_count >= rule.number * entry.asked_count:
        return None
    return {
        "region": entry.region,
        "uscc": entry.uscc,
        "subject_name": name,
        "kind": SanctionKind.STOP.value,
        "from_on": entry.surveyed_on.isoformat(),
        "until_on": until.isoformat(),
        "reason": f"培训满意度调查{entry.asked_count}人，满意{entry.satisfied_count}人，低于{rule.number}%",
        "document": rule.source,
    }


def _until_of(entry: SanctionEntry) -> date | None:
    """The last day; of a platform's ban at least what the policy says."""
    if entry.platform is None or entry.kind is not SanctionKind.BAN:
        return entry.until_on
    policy = policy_in_force(entry.region, entry.from_on)
    least = ban_until(policy, entry.from_on) if policy else None
    if least is None:
        return entry.until_on
    if entry.until_on is not None and entry.until_on < least:
        years = policy.platform_ban_years if policy else None
        raise _wrong(
            "until_on",
            f"违规平台自违规之日起{years}年内不得参与补贴培训，截止日期不能早于{day_cn(least)}"
            f"（填写的是“{entry.until_on}”）；不填的，由系统计算",
        )
    return entry.until_on or least


def _subject_name(connection: Connection, entry: SanctionEntry) -> str:
    """Whom it hits; raises ``Malformed`` unless it is one, and known by name."""
    if (entry.uscc is None) == (entry.platform is None):
        raise _wrong("uscc", "统一社会信用代码和平台名称须填写其一，且只填其一")
    if entry.platform is not None:
        if entry.kind is SanctionKind.STOP:
            raise _wrong(
                "kind", f"“{entry.kind.label}”只用于机构；平台违规的，请选择“{SanctionKind.BAN.label}”"
            )
        listed = select(_platform.c.id).where(
            _platform.c.region == entry.region, _platform.c.name == entry.platform
        )
        if connection.execute(listed.limit(1)).one_or_none() is None:
            raise _wrong("platform", f"本地区的目录清单中没有名为“{entry.platform}”的平台")
        return entry.platform
    name = _listed_name(connection, entry.region, entry.uscc or "") or entry.subject_name
    if name is None:
        raise _wrong("subject_name", "这个机构不在本地区的目录清单中，须填写机构名称")
    return name


def _listed_name(connection: Connection, region: str, uscc: str) -> str | None:
    """The name under which an institution was listed last."""
    found = connection.execute(_listed(region, uscc)).mappings().first()
    return None if found is None else str(found["name"])


def _listed(region: str, uscc: str) -> Select[Any]:
    """The entries of an institution on the list, the latest first."""
    mine = select(_institution.c.id, _institution.c.name).where(
        _institution.c.region == region, _institution.c.uscc == uscc
    )
    return mine.order_by(_institution.c.year.desc()).limit(1)


def _refuse_twin(connection: Connection, entry: SanctionEntry, name: str) -> None:
    whose = (
        _sanction.c.platform == entry.platform
        if entry.uscc is None
        else and_(_sanction.c.uscc == entry.uscc, _sanction.c.survey_id.is_(None))
    )
    twin = select(_sanction.c.id).where(
        _sanction.c.region == entry.region,
        whose,
        _sanction.c.kind == entry.kind.value,
        _sanction.c.from_on == entry.from_on,
        _sanction.c.lifted_on.is_(None),
    )
    if connection.execute(twin).one_or_none() is not None:
        raise Conflict(f"对{name}自{day_cn(entry.from_on)}起“{entry.kind.label}”的处理已经登记")


def _insert(desk: Desk, values: dict[str, Any], **typed: Any) -> int:
    key: int = desk.connection.execute(
        insert(_sanction).values(values | typed | _entered(desk)).returning(_sanction.c.id)
    ).scalar_one()
    return key


def _entered(desk: Desk) -> dict[str, Any]:
    return desk.entered


def _change(before: dict[str, Any] | None, after: dict[str, Any]) -> Change:
    label = SanctionKind(after["kind"]).label
    return Change("sanction", f"{label}（{day_cn(after['from_on'])}起）", before, after)


def _visible(connection: Connection, actor: Actor) -> ColumnElement[bool]:
    # A platform is everybody's who may plan lessons on it: its page shows applicants the same.
    of_platforms = and_(_sanction.c.platform.is_not(None), in_own_region(actor, _sanction))
    return or_(visible(connection, actor, _sanction), of_platforms)


def _sanctions() -> Select[Any]:
    return with_enterer(_sanction, with_lifter(select(_sanction)))


def _read_survey(product: Product, actor: Actor, survey_id: int, stop_id: int | None) -> dict[str, Any]:
    with reading(product.engine) as connection:
        row = connection.execute(
            with_enterer(_survey, select(_survey)).where(_survey.c.id == survey_id)
        ).mappings()
        found = survey_view(row.one())
    stop = None if stop_id is None else read_sanction(product, actor=actor, sanction_id=stop_id)
    return found | {"stop": stop}


def _wrong(field: str, message: str) -> Exception:
    return malformed([FieldError(field, message)])
