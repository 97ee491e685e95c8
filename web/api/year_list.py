"""The year's list over the API: entries, platforms, sanctions, surveys, and the workbook in and out."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from web.api.intake import XLSX, bad_request, json_object, raw_body
from web.api.parameters import (
    ListedInstitutionsQuery,
    ListedPlatformsQuery,
    SanctionsQuery,
    SurveysQuery,
    YearListImportQuery,
    YearListQuery,
    truth,
)
from web.api.replies import reply, workbook_reply
from web.api.year_list_bodies import InstitutionChange, OccupationChange, PlatformChange
from web.current import product, require_actor
from workflow.form.fields import Typed
from workflow.form.reading import read
from workflow.services import sanctions, year_list, year_list_import, year_list_keeping


def list_listed_institutions(query: ListedInstitutionsQuery) -> Response:
    """The entries of the year's list that the caller may see."""
    return reply(
        year_list.list_institutions(
            product(),
            actor=require_actor(),
            region=query.region,
            year=query.year,
            kind=query.kind,
            uscc=query.uscc,
            text=query.text,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_listed_institution(institution_id: int) -> Response:
    """One entry with its occupations, and the institution's sanctions and surveys in any year."""
    return reply(year_list.read_institution(product(), actor=require_actor(), institution_id=institution_id))


def add_listed_institution() -> Response:
    """Puts an institution on the list of a year."""
    made = year_list_keeping.add_institution(product(), actor=require_actor(), body=json_object())
    return reply(made, status=201)


def change_listed_institution(institution_id: int) -> Response:
    """Changes what is given of an entry; an end is ``listed_until_on``."""
    changes, version = _changes(InstitutionChange)
    return reply(
        year_list_keeping.change_institution(
            product(),
            actor=require_actor(),
            institution_id=institution_id,
            body=changes,
            expected_version=version,
        )
    )


def add_listed_occupation(institution_id: int) -> Response:
    """Adds an occupation from the day of its approval on; the same with other levels ends the day before."""
    made = year_list_keeping.add_occupation(
        product(), actor=require_actor(), institution_id=institution_id, body=json_object()
    )
    return reply(made, status=201)


def change_listed_occupation(occupation_id: int) -> Response:
    """Corrects or ends an occupation."""
    changes, version = _changes(OccupationChange)
    return reply(
        year_list_keeping.change_occupation(
            product(),
            actor=require_actor(),
            occupation_id=occupation_id,
            body=changes,
            expected_version=version,
        )
    )


def list_listed_platforms(query: ListedPlatformsQuery) -> Response:
    """The online platforms of the year's list."""
    return reply(
        year_list.list_platforms(
            product(),
            actor=require_actor(),
            region=query.region,
            year=query.year,
            text=query.text,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_listed_platform(platform_id: int) -> Response:
    """One platform with its sanctions."""
    return reply(year_list.read_platform(product(), actor=require_actor(), platform_id=platform_id))


def add_listed_platform() -> Response:
    """Puts an online platform on the list of a year."""
    made = year_list_keeping.add_platform(product(), actor=require_actor(), body=json_object())
    return reply(made, status=201)


def change_listed_platform(platform_id: int) -> Response:
    """Changes what is given of a platform's entry."""
    changes, version = _changes(PlatformChange)
    return reply(
        year_list_keeping.change_platform(
            product(),
            actor=require_actor(),
            platform_id=platform_id,
            body=changes,
            expected_version=version,
        )
    )


def list_sanctions(query: SanctionsQuery) -> Response:
    """Removals, stops, blacklistings and bans that the caller may see, newest first."""
    return reply(
        sanctions.list_sanctions(
            product(),
            actor=require_actor(),
            region=query.region,
            kind=query.kind,
            uscc=query.uscc,
            platform=query.platform,
            in_force=truth(query.in_force),
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_sanction(sanction_id: int) -> Response:
    """One sanction, and where it stands."""
    return reply(sanctions.read_sanction(product(), actor=require_actor(), sanction_id=sanction_id))


def impose_sanction() -> Response:
    """Removes, stops, blacklists or bans an institution or a platform."""
    made = sanctions.impose_sanction(product(), actor=require_actor(), body=json_object())
    return reply(made, status=201)


def lift_sanction(sanction_id: int) -> Response:
    """Ends a sanction before its time: from today on it holds no more."""
    return reply(
        sanctions.lift_sanction(product(), actor=require_actor(), sanction_id=sanction_id, body=json_object())
    )


def list_satisfaction_surveys(query: SurveysQuery) -> Response:
    """The satisfaction surveys that the caller may see, newest first."""
    return reply(
        sanctions.list_surveys(
            product(),
            actor=require_actor(),
            region=query.region,
            uscc=query.uscc,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def record_satisfaction_survey() -> Response:
    """Records a satisfaction survey; below the policy's limit the institution is stopped at once."""
    made = sanctions.record_survey(product(), actor=require_actor(), body=json_object())
    return reply(made, status=201)


def correct_satisfaction_survey(survey_id: int) -> Response:
    """Corrects what was entered wrongly of a survey, with the reason; the stop follows."""
    return reply(
        sanctions.correct_survey(product(), actor=require_actor(), survey_id=survey_id, body=json_object())
    )


def export_year_list(query: YearListQuery) -> Response:
    """The list of a region and year as the workbook that the import takes."""
    workbook, name = year_list_import.export_year_list(
        product(), actor=require_actor(), region=query.region, year=query.year
    )
    return workbook_reply(workbook, name)


def import_year_list(query: YearListImportQuery) -> Response:
    """What an uploaded workbook would change in one's own region; done only with ``apply``."""
    content, actor = _workbook(), require_actor()
    if truth(query.apply):
        return reply(year_list_import.apply_import(product(), actor=actor, content=content, seen=query.seen))
    return reply(year_list_import.preview_import(product(), actor=actor, content=content))


def _changes(model: type[Typed]) -> tuple[dict[str, Any], int]:
    """What a PATCH gives, each by its own type, and the version that was seen."""
    given = read(model, json_object()).model_dump(mode="json", exclude_unset=True)
    version: int = given.pop("version")
    return given, version


def _workbook() -> bytes:
    if request.mimetype == XLSX:
        return raw_body()
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    sent = request.files.get("file")
    if sent is None:
        bad_request("file", "请以 file 为名上传目录清单工作簿（.xlsx）")
    content: bytes = sent.read()
    return content
