"""今日检查: an inspector's day, the visit to one class, and its photographs; made for a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import VisitsQuery
from web.current import product, require_actor
from web.views.attachment_forms import LIMITS
from web.views.events import last_change
from web.views.fields import Sent, ordinal_typed, sent_by
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from web.views.visit_forms import SCOPE, payload_of_visit, place_on_form, visit_form
from workflow.attachments.kinds import FileKind
from workflow.attachments.limits import MOST_BYTES, MOST_BYTES_AT_ONCE, megabytes
from workflow.errors import Conflict, Malformed, NotFound, Refused
from workflow.form.training import observed
from workflow.services import attachments, door, visits
from workflow.services.uploads import Upload
from workflow.vocabulary import AttachmentPlace, Event, VisitList

blueprint = Blueprint("visits", __name__)
_RECORDED = (Event.RECORD_OPENING_INSPECTION, Event.RECORD_INSPECTION)
_PICTURES = f"{FileKind.JPEG.content_type},{FileKind.PNG.content_type}"
_JSON = "application/json"


@blueprint.get("/visits")
def list_all() -> ResponseReturnValue:
    """The visits of a day; those for which the person was drawn come first."""
    person = require_actor()
    filters, refused = read_filters(VisitsQuery, ("on", "show"))
    show = filters["show"] or VisitList.NEEDED
    page: dict[str, Any] = {"items": [], "next": None}
    drawn: list[dict[str, Any]] = []
    if refused is None:
        page = visits.list_visits(
            product(), actor=person, on=filters["on"], show=show, cursor=cursor(), limit=20
        )
        if show is VisitList.NEEDED and cursor() is None:
            drawn = visits.list_visits(
                product(), actor=person, on=filters["on"], show=VisitList.DRAWN, limit=50
            )["items"]
            mine = {(each["application_id"], each["class_no"]) for each in drawn}
            page["items"] = [
                each for each in page["items"] if (each["application_id"], each["class_no"]) not in mine
            ]
    day = date.fromisoformat(page["on"]) if "on" in page else None
    answer = render_template(
        "visits/list.html",
        items=page["items"],
        drawn=drawn,
        show=show,
        day=day,
        today=date.fromisoformat(page["today"]) if "today" in page else None,
        before=day - timedelta(days=1) if day else None,
        after=day + timedelta(days=1) if day else None,
        observed=observed,
        refused=refused,
        **page_addresses(page),
    )
    return answer, 422 if refused else 200


@blueprint.get("/applications/<key:application_id>/classes/<key:class_no>/visit")
def show(application_id: int, class_no: int) -> ResponseReturnValue:
    """The form of a visit to a class."""
    visit = _visit(application_id, class_no)
    return _form_page(visit, Event(visit["event"]) if visit["event"] else None)


@blueprint.post("/applications/<key:application_id>/classes/<key:class_no>/visit")
def send(application_id: int, class_no: int) -> ResponseReturnValue:
    """Records the visit; refused, the page comes back as it was filled in, saying why."""
    visit, sent = _visit(application_id, class_no), sent_by(request.form)
    event = next((each for each in _RECORDED if each == request.form.get("event")), None)
    if event is None:
        raise NotFound("没有这种检查")
    if "all_present" in request.form:
        sent["present"] = [str(each["row"]) for each in visit["roster"]]
        return _form_page(visit, event, sent)
    try:
        view = door.send_event(
            product(),
            actor=require_actor(),
            application_id=application_id,
            event=event.value,
            payload=payload_of_visit(event, visit, sent),
            expected_version=ordinal_typed(request.form.get("version", "")),
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        raise
    except Refused as refusal:
        if _asks_for_json():
            # The script sends the form once more as a page: the words stand beside the fields there.
            return jsonify({"refused": refusal.message}), refusal.status
        again = _visit(application_id, class_no)
        return _form_page(again, event, sent, refusal), refusal.status
    number = 0 if event is Event.RECORD_OPENING_INSPECTION else _held(view, class_no)
    place: dict[str, Any] = {
        "application_id": application_id,
        "class_no": class_no,
        "inspection_no": number,
    }
    if _asks_for_json():
        address = url_for("visits.record", **place)
        return jsonify({"address": address, "photos": url_for("visits.add_photos", **place)})
    flash(f"{class_no} 班{'开班当日检查' if not number else f'第 {number} 次检查'}已登记。", "good")
    return redirect(url_for("visits.record", **place), code=303)


@blueprint.get("/applications/<key:application_id>/classes/<key:class_no>/inspections/<int:inspection_no>")
def record(application_id: int, class_no: int, inspection_no: int) -> ResponseReturnValue:
    """One inspection as it was recorded, with its photographs."""
    return _record_page(application_id, class_no, inspection_no)


@blueprint.get(
    "/applications/<key:application_id>/classes/<key:class_no>/inspections/<int:inspection_no>/photos"
)
def show_photos(application_id: int, class_no: int, inspection_no: int) -> ResponseReturnValue:
    """The address to which photographs are sent, opened by hand: leads to the record."""
    place: dict[str, Any] = {
        "application_id": application_id,
        "class_no": class_no,
        "inspection_no": inspection_no,
    }
    return redirect(url_for("visits.record", **place, _anchor="photos"), code=303)


@blueprint.post(
    "/applications/<key:application_id>/classes/<key:class_no>/inspections/<int:inspection_no>/photos"
)
def add_photos(application_id: int, class_no: int, inspection_no: int) -> ResponseReturnValue:
    """Adds photographs to an inspection; what was recorded of it stands, whatever becomes of them."""
    place = AttachmentPlace.TRAINING_INSPECTION if inspection_no else AttachmentPlace.OPENING_INSPECTION
    sent = [file for file in request.files.getlist("file") if file.filename]
    try:
        answer = attachments.add_attachments(
            product(),
            actor=require_actor(),
            application_id=application_id,
            place=place,
            class_no=class_no,
            inspection_no=inspection_no,
            uploads=[Upload(file.filename or "", file.read()) for file in sent],
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _photos_refused(application_id, class_no, inspection_no, [refusal.message], refusal)
    taken = [each["name"] for each in answer["results"] if not each["message"]]
    wrong = [each["message"] for each in answer["results"] if each["message"]]
    if wrong:
        return _photos_refused(
            application_id, class_no, inspection_no, wrong, Malformed("有照片没有上传"), taken
        )
    if _asks_for_json():
        return jsonify({"taken": taken})
    flash(f"已上传 {len(taken)} 张照片。", "good")
    return show_photos(application_id, class_no, inspection_no)


def _photos_refused(
    application_id: int,
    class_no: int,
    inspection_no: int,
    wrong: list[str],
    refusal: Refused,
    taken: list[str] | None = None,
) -> ResponseReturnValue:
    if _asks_for_json():
        return jsonify({"taken": taken or [], "refused": "；".join(wrong)}), refusal.status
    title = f"有照片没有上传（已上传 {len(taken)} 张）" if taken else "照片没有上传"
    head = Shown(title, "", "", [{"message": each, "id": "field-file"} for each in wrong])
    return _record_page(application_id, class_no, inspection_no, head, wrong), refusal.status


def _record_page(
    application_id: int,
    class_no: int,
    inspection_no: int,
    refused: Shown | None = None,
    wrong: list[str] | None = None,
) -> str:
    person = require_actor()
    found = visits.read_inspection(
        product(), actor=person, application_id=application_id, class_no=class_no, inspection_no=inspection_no
    )
    places = attachments.read_attachments(product(), actor=person, application_id=application_id)
    (place,) = (each for each in places if each["place"] == found["place_of_photos"])
    photos = [
        each | {"size": megabytes(each["byte_count"])}
        for each in place["items"]
        if (each["class_no"], each["inspection_no"]) == (class_no, inspection_no)
    ]
    return render_template(
        "visits/record.html",
        found=found,
        observed=observed(found["inspection"]),
        photos=photos,
        may_add=place["may_add"],
        accepted=_PICTURES,
        limits=LIMITS.replace("PDF、", ""),
        most_bytes=MOST_BYTES,
        most_bytes_at_once=MOST_BYTES_AT_ONCE,
        wrong=wrong or [],
        refused=refused,
    )


def _visit(application_id: int, class_no: int) -> dict[str, Any]:
    return visits.read_visit(
        product(), actor=require_actor(), application_id=application_id, class_no=class_no
    )


def _form_page(
    visit: dict[str, Any], event: Event | None, sent: Sent | None = None, refusal: Refused | None = None
) -> str:
    errors = messages_of(refusal, place_on_form) if refusal else {}
    head = None
    if refusal is not None:
        head = shown(refusal, scope=SCOPE, place=place_on_form)
        if isinstance(refusal, Conflict):
            changed = last_change(visit["application_id"])
            head = shown(Conflict(f"{refusal.message} {changed}您填写的内容还在，核对后可以再次提交。"))
    return render_template(
        "visits/form.html",
        visit=visit,
        form=visit_form(visit, event, sent, errors) if event else None,
        observed=observed,
        refused=head,
        accepted=_PICTURES,
        most_bytes=MOST_BYTES,
    )


def _held(view: dict[str, Any], class_no: int) -> int:
    """How many checks during the training a class has had: the number of the last one."""
    training = view["form"].get("training") or {}
    return sum(each["class_no"] == class_no for each in training.get("inspections") or ())


def _asks_for_json() -> bool:
    return request.headers.get("Accept") == _JSON
