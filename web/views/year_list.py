"""目录清单 for those who work with it: institutions with their occupations, and online platforms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import able, product, require_actor
from web.views.applications import OF_ALL_REGIONS
from web.views.fields import Sent, ordinal_typed, sent_by
from web.views.listed import read_list_filters, this_year, years_to_choose
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from web.views.year_list_fields import change_of, entry_fields, entry_of, stored_fields
from workflow.access import Actor
from workflow.clock import day_cn
from workflow.errors import Conflict, Forbidden, NotFound, Refused
from workflow.form import from_inputs
from workflow.form.year_list import (
    InstitutionEntry,
    OccupationEntry,
    PlatformEntry,
    SurveyCorrection,
    SurveyEntry,
)
from workflow.policy import region_labels
from workflow.services import sanctions, year_list, year_list_keeping
from workflow.services.year_list_access import keeps_list
from workflow.services.year_list_keeping import INSTITUTION_FIXED, PLATFORM_FIXED
from workflow.vocabulary import Role

blueprint = Blueprint("year_list", __name__)
_FILTERS = ("region", "year", "kind", "text")
_PLATFORM_FILTERS = ("region", "year", "text")
# The forms of an institution's page, by the act that each one sends.
_CHANGE, _OCCUPATION, _SURVEY = "change", "occupation", "survey"


@blueprint.get("/year-list")
def list_all() -> ResponseReturnValue:
    """The entries this person may see; staff at first those of the present year."""
    person = require_actor()
    filters, refused = read_list_filters(_FILTERS)
    if person.role is Role.APPLICANT and "year" not in request.args:
        filters["year"] = None
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = year_list.list_institutions(product(), actor=person, **filters, cursor=cursor())
    shown_page = render_template(
        "year_list/list.html",
        items=page["items"],
        filters=filters,
        years=years_to_choose(),
        regions=regions_of(person),
        may_keep=able(keeps_list),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/year-list/institutions/new")
def new() -> ResponseReturnValue:
    """The form for an institution that is to be listed."""
    return _new_page({"year": str(this_year())})


@blueprint.post("/year-list/institutions/new")
def add() -> ResponseReturnValue:
    """Puts an institution on the list."""
    person, sent = require_actor(), sent_by(request.form)
    try:
        made = year_list_keeping.add_institution(
            product(), actor=person, body=entry_of(InstitutionEntry, sent, person.region)
        )
    except Refused as refusal:
        return _new_page(sent, refusal), refusal.status
    flash(f"“{made['name']}”已列入{made['year']}年度目录清单，请登记它的职业。", "good")
    return redirect(url_for("year_list.show", institution_id=made["id"]), code=303)


@blueprint.get("/year-list/institutions/<key:institution_id>")
def show(institution_id: int) -> ResponseReturnValue:
    """One entry: occupations with their days, sanctions, surveys, history, and the forms for HR."""
    return _page(institution_id)


@blueprint.post("/year-list/institutions/<key:institution_id>")
def send(institution_id: int) -> ResponseReturnValue:
    """Changes an entry, adds an occupation to it, or records a survey of the institution."""
    person, sent, act = require_actor(), sent_by(request.form), request.form.get("act", "")
    try:
        if act == _CHANGE:
            done = _changed(person, institution_id, sent)
        elif act == _OCCUPATION:
            year_list_keeping.add_occupation(
                product(),
                actor=person,
                institution_id=institution_id,
                body=entry_of(OccupationEntry, sent, None),
            )
            done = "职业已登记。"
        elif act == _SURVEY:
            done = _surveyed(person, institution_id, sent)
        else:
            raise NotFound("没有这个操作")
    except NotFound:
        raise
    except Refused as refusal:
        return _page(institution_id, act, sent, refusal), refusal.status
    flash(done, "good")
    return redirect(url_for("year_list.show", institution_id=institution_id), code=303)


@blueprint.get("/year-list/occupations/<key:occupation_id>")
def occupation(occupation_id: int) -> ResponseReturnValue:
    """The form in which an occupation is corrected or ended."""
    return _occupation_page(occupation_id)


@blueprint.post("/year-list/occupations/<key:occupation_id>")
def change_occupation(occupation_id: int) -> ResponseReturnValue:
    """Corrects or ends an occupation."""
    sent = sent_by(request.form)
    try:
        made = year_list_keeping.change_occupation(
            product(),
            actor=require_actor(),
            occupation_id=occupation_id,
            body=change_of(OccupationEntry, sent),
            expected_version=_version(sent),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _occupation_page(occupation_id, sent, refusal), refusal.status
    flash("职业已修改。", "good")
    return redirect(url_for("year_list.show", institution_id=made["id"]), code=303)


@blueprint.get("/year-list/surveys/<key:survey_id>")
def survey(survey_id: int) -> ResponseReturnValue:
    """The form in which a survey is corrected."""
    return _survey_page(survey_id)


@blueprint.post("/year-list/surveys/<key:survey_id>")
def correct_survey(survey_id: int) -> ResponseReturnValue:
    """Corrects a survey, and says what becomes of the stop."""
    person, sent = require_actor(), sent_by(request.form)
    try:
        stop = sanctions.correct_survey(
            product(), actor=person, survey_id=survey_id, body=from_inputs(SurveyCorrection, sent)
        )["stop"]
    except NotFound:
        raise
    except Refused as refusal:
        return _survey_page(survey_id, sent, refusal), refusal.status
    flash(f"满意度调查已更正。{_stop_in_words(stop)}", "good")
    one = sanctions.read_survey(product(), actor=person, survey_id=survey_id)
    return redirect(url_for("year_list.show", institution_id=one["institution_id"]), code=303)


@blueprint.get("/year-list/platforms")
def platforms() -> ResponseReturnValue:
    """The online platforms, at first those of the present year, and the form for another."""
    return _platforms_page({"year": str(this_year())})


@blueprint.post("/year-list/platforms")
def add_platform() -> ResponseReturnValue:
    """Puts a platform on the list."""
    person, sent = require_actor(), sent_by(request.form)
    try:
        made = year_list_keeping.add_platform(
            product(), actor=person, body=entry_of(PlatformEntry, sent, person.region)
        )
    except Refused as refusal:
        return _platforms_page(sent, refusal), refusal.status
    flash(f"平台“{made['name']}”已列入{made['year']}年度目录清单。", "good")
    return redirect(url_for("year_list.platform", platform_id=made["id"]), code=303)


@blueprint.get("/year-list/platforms/<key:platform_id>")
def platform(platform_id: int) -> ResponseReturnValue:
    """One platform with its sanctions and history."""
    return _platform_page(platform_id)


@blueprint.post("/year-list/platforms/<key:platform_id>")
def change_platform(platform_id: int) -> ResponseReturnValue:
    """Changes a platform's entry."""
    sent = sent_by(request.form)
    try:
        year_list_keeping.change_platform(
            product(),
            actor=require_actor(),
            platform_id=platform_id,
            body=change_of(PlatformEntry, sent, without=PLATFORM_FIXED),
            expected_version=_version(sent),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _platform_page(platform_id, sent, refusal), refusal.status
    flash("平台已修改。", "good")
    return redirect(url_for("year_list.platform", platform_id=platform_id), code=303)


def regions_of(person: Actor) -> list[tuple[str, str]]:
    """The regions among which this person may choose; none for whoever sees only one's own."""
    return list(region_labels().items()) if person.role in OF_ALL_REGIONS else []


def keeper() -> Actor:
    """Who keeps the list of the own region; raises ``Forbidden``, so that no form is filled in in vain."""
    person = require_actor()
    if not able(keeps_list):
        raise Forbidden("目录清单只能由本地区人社部门的审核人员和负责人维护")
    return person


# --- acts --------------------------------------------------------------------------------------------------


def _changed(person: Actor, institution_id: int, sent: Sent) -> str:
    year_list_keeping.change_institution(
        product(),
        actor=person,
        institution_id=institution_id,
        body=change_of(InstitutionEntry, sent, without=INSTITUTION_FIXED),
        expected_version=_version(sent),
    )
    return "已修改。"


def _surveyed(person: Actor, institution_id: int, sent: Sent) -> str:
    view = year_list.read_institution(product(), actor=person, institution_id=institution_id)
    body = entry_of(SurveyEntry, sent, view["region"]) | {"uscc": view["uscc"]}
    stop = sanctions.record_survey(product(), actor=person, body=body)["stop"]
    return f"满意度调查已登记。{_stop_in_words(stop)}"


def _stop_in_words(stop: dict[str, Any] | None) -> str:
    """What follows from a survey."""
    if stop is None:
        return "达到规定的比例，不停止开班。"
    if stop["lifted_on"] is not None:
        return f"由它产生的停止开班自 {day_cn(stop['lifted_on'])} 起已解除。"
    return f"低于规定的比例：自 {day_cn(stop['from_on'])} 至 {day_cn(stop['until_on'])} 停止开班。"


def _version(sent: Sent) -> int | None:
    return ordinal_typed(str(sent.get("version", "")))


# --- pages -------------------------------------------------------------------------------------------------


def _new_page(sent: Sent, refusal: Refused | None = None) -> str:
    keeper()
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "year_list/new.html",
        fields=entry_fields(InstitutionEntry, sent, errors, scope=""),
        refused=shown(refusal) if refusal else None,
    )


def _page(
    institution_id: int, act: str = "", sent: Sent | None = None, refusal: Refused | None = None
) -> str:
    view = year_list.read_institution(product(), actor=require_actor(), institution_id=institution_id)
    errors = messages_of(refusal) if refusal else {}

    def fields(scope: str, model: Any, values: Sent, without: tuple[str, ...] = ()) -> Any:
        mine = act == scope and sent is not None
        return entry_fields(
            model, sent or {} if mine else values, errors if mine else {}, scope=scope, without=without
        )

    forms = {
        _OCCUPATION: fields(_OCCUPATION, OccupationEntry, {}),
        _SURVEY: fields(_SURVEY, SurveyEntry, {}, ("uscc",)),
        _CHANGE: fields(_CHANGE, InstitutionEntry, stored_fields(view), INSTITUTION_FIXED),
    }
    return render_template(
        "year_list/institution.html",
        view=view,
        forms=forms,
        opened=act,
        version=(sent or {}).get("version", view["version"]) if act == _CHANGE else view["version"],
        refused=_shown(refusal, act, url_for("year_list.show", institution_id=institution_id)),
    )


def _occupation_page(occupation_id: int, sent: Sent | None = None, refusal: Refused | None = None) -> str:
    view = year_list.read_institution_of(product(), actor=keeper(), occupation_id=occupation_id)
    one = next(each for each in view["occupations"] if each["id"] == occupation_id)
    errors = messages_of(refusal) if refusal else {}
    values = stored_fields(one) if sent is None else sent
    return render_template(
        "year_list/occupation.html",
        view=view,
        one=one,
        fields=entry_fields(OccupationEntry, values, errors, scope=""),
        version=(sent or {}).get("version", view["version"]),
        refused=_shown(refusal, "", url_for("year_list.occupation", occupation_id=occupation_id)),
    )


def _survey_page(survey_id: int, sent: Sent | None = None, refusal: Refused | None = None) -> str:
    one = sanctions.read_survey(product(), actor=keeper(), survey_id=survey_id)
    errors = messages_of(refusal) if refusal else {}
    values = stored_fields(one) if sent is None else sent
    return render_template(
        "year_list/survey.html",
        one=one,
        fields=entry_fields(SurveyCorrection, values, errors, scope=""),
        refused=shown(refusal) if refusal else None,
    )


def _platforms_page(sent: Sent, refusal: Refused | None = None) -> str:
    person = require_actor()
    filters, refused = read_list_filters(_PLATFORM_FILTERS)
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = year_list.list_platforms(product(), actor=person, **filters, cursor=cursor())
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "year_list/platforms.html",
        items=page["items"],
        filters=filters,
        years=years_to_choose(),
        regions=regions_of(person),
        may_keep=able(keeps_list),
        fields=entry_fields(PlatformEntry, sent, errors, scope=""),
        refused=shown(refusal) if refusal else refused,
        **page_addresses(page),
    )


def _platform_page(platform_id: int, sent: Sent | None = None, refusal: Refused | None = None) -> str:
    view = year_list.read_platform(product(), actor=require_actor(), platform_id=platform_id)
    errors = messages_of(refusal) if refusal else {}
    values = stored_fields(view) if sent is None else sent
    return render_template(
        "year_list/platform.html",
        view=view,
        fields=entry_fields(PlatformEntry, values, errors, scope="", without=PLATFORM_FIXED),
        version=(sent or {}).get("version", view["version"]),
        refused=_shown(refusal, "", url_for("year_list.platform", platform_id=platform_id)),
    )


def _shown(refusal: Refused | None, scope: str, address: str) -> Shown | None:
    """The refusal; whoever was overtaken is led to what stands now."""
    if refusal is None:
        return None
    return shown(refusal, scope=scope, reload=address if isinstance(refusal, Conflict) else "")
