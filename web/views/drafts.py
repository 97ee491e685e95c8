"""A new application, and the form while it is the applicant's to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import is_autosave, product, require_actor
from web.views.acts import payload_of
from web.views.applications import open_parts, parts_of
from web.views.events import last_change, page_again
from web.views.fields import Errors, Field, Sent, fields_of, flat, ordinal_typed, sent_by, with_options
from web.views.refused import Shown, messages_of, shown
from workflow.errors import Conflict, Forbidden, NotFound, NotNow, Refused
from workflow.form import from_inputs
from workflow.form.application import patch_of
from workflow.form.fields import Typed
from workflow.form.opening import MOST_CLASSES, Opening, TrainingClass
from workflow.form.reading import model_inside
from workflow.policy import Policy, available_policies, load_policy
from workflow.services import applications, organisation_accounts, previews, previous_applications
from workflow.vocabulary import SUBSIDIES_OF, ApplicationKind, Event, IdentityType, Subsidy

blueprint = Blueprint("drafts", __name__)

_CLASS = re.compile(r"opening\.classes\.(\d{1,4})\.(.+)", re.ASCII)
_CLOSED = "申请表现在不能修改：只有草稿和退回补正时指明的部分可以修改"
_YES_OR_NO = (("true", "是"), ("false", "否"))


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the page with its inputs; ``classes`` are the boxes of the opening."""

    title: str
    fields: list[Field]
    classes: list[list[Field]] | None = None


@blueprint.get("/applications/new")
def create() -> ResponseReturnValue:
    """An empty form of the kind this applicant applies as."""
    kind, subsidy = _kind(), _subsidy()
    source = ordinal_typed(request.args.get("from", ""))
    if source is not None:
        found = previous_applications.read_carry_over(product(), actor=require_actor(), application_id=source)
        carried = flat(found["form"]) | {"based_on": str(source), "policy": found["policy"] or ""}
        return _new_page(kind, subsidy, carried, carried=found)
    return _new_page(kind, subsidy, _known_of(kind))


@blueprint.post("/applications/new")
def begin() -> ResponseReturnValue:
    """Saves the draft, or adds or takes away a class and shows the form again."""
    command_id = request.form.get("command_id") or None
    # The same form sent again, changed or not, is the draft that it has made: never a second one.
    earlier = (
        applications.drafted_with(product(), actor=require_actor(), command_id=command_id)
        if command_id is not None
        else None
    )
    if earlier is not None:
        return _save(earlier, version=1)
    kind, subsidy = _kind(), _subsidy()
    sent = _with_rows_changed(sent_by(request.form))
    if _rows_change():
        return _new_page(kind, subsidy, sent)
    body = (
        from_inputs(patch_of(kind, subsidy), sent)
        | {
            "kind": kind.value,
            "subsidy": subsidy.value,
            "policy": str(sent.get("policy", "")),
            "region": require_actor().region,
        }
        | _based_on(sent)
    )
    # So that the name is what is missing, beside its field.
    body.setdefault("applicant", {})
    try:
        view = applications.create_application(
            product(), actor=require_actor(), body=body, command_id=command_id
        )
    except Refused as refusal:
        if is_autosave():
            raise
        return _new_page(kind, subsidy, sent, shown(refusal), messages_of(refusal)), refusal.status
    if is_autosave():
        return _autosaved(view)
    if subsidy is not Subsidy.TRAINING:
        flash("草稿已保存。接着请填报受益人员名单，核对补贴核算后即可提交。", "good")
    elif kind is ApplicationKind.INDIVIDUAL:
        flash("草稿已保存，核对后即可提交。", "good")
    else:
        flash("草稿已保存。接着请上传学员名册，齐备后即可提交。", "good")
    return redirect(url_for("applications.show", application_id=view["id"]), code=303)


@blueprint.get("/applications/<key:application_id>/edit")
def edit(application_id: int) -> ResponseReturnValue:
    """The form as it stands."""
    view = _changeable(application_id)
    return _edit_page(view, flat({name: view["form"].get(name) or {} for name in open_parts(view)}))


@blueprint.post("/applications/<key:application_id>/edit")
def save(application_id: int) -> ResponseReturnValue:
    """Saves the parts that are open to change."""
    return _save(application_id, version=_number(request.form.get("version", "")))


def _save(application_id: int, *, version: int) -> ResponseReturnValue:
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    sent = _with_rows_changed(sent_by(request.form))
    if not open_parts(view):
        # A colleague has submitted it meanwhile.
        if is_autosave():
            raise NotNow(_CLOSED)
        words = f"{_CLOSED}。{last_change(application_id)}您填写的内容没有保存，还在本页，可以复制。"
        reload = url_for("applications.show", application_id=application_id)
        return _edit_page(view, sent, shown(NotNow(words), reload=reload)), NotNow.status
    if _rows_change():
        return _edit_page(view, sent)
    whole = from_inputs(patch_of(ApplicationKind(view["kind"]), Subsidy(view["subsidy"])), sent)
    try:
        view = applications.edit_application(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body={name: whole.get(name, {}) for name in open_parts(view)},
            expected_version=version,
            if_changed=True,
        )
    except Refused as refusal:
        reload = ""
        if isinstance(refusal, Conflict):
            refusal = _with_last_change(refusal, application_id)
            reload = url_for("drafts.edit", application_id=application_id)
        if is_autosave():
            raise refusal from None
        return _edit_page(view, sent, shown(refusal, reload=reload), messages_of(refusal)), refusal.status
    if is_autosave():
        return _autosaved(view)
    flash("申请表已保存。", "good")
    return redirect(url_for("applications.show", application_id=application_id), code=303)


def _with_last_change(refusal: Conflict, application_id: int) -> Conflict:
    words = f"{refusal.message}。{last_change(application_id)}您填写的内容还在本页。"
    return Conflict(words, current_version=refusal.current_version)


def _autosaved(view: dict[str, Any]) -> ResponseReturnValue:
    """What ``autosave.js`` needs to go on: the version to save upon next, and where the draft is by now."""
    return jsonify(
        id=view["id"],
        version=view["version"],
        saved_at=view["updated_at"],
        address=url_for("drafts.edit", application_id=view["id"]),
        check=url_for("drafts.check", application_id=view["id"]),
    )


@blueprint.post("/applications/<key:application_id>/claim")
def save_claim(application_id: int) -> ResponseReturnValue:
    """Keeps the lines of a claim that is still being written; the commitment comes with the submission."""
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    sent = sent_by(request.form)
    payload, rows = payload_of(Event.SUBMIT, view, sent)
    lines = (payload.get("claim") or {}).get("lines", [])
    try:
        view = applications.edit_application(
            product(),
            actor=person,
            application_id=application_id,
            body={"claim": {"lines": lines}},
            expected_version=_number(request.form.get("version", "")),
            if_changed=True,
        )
    except Refused as refusal:
        if is_autosave() and isinstance(refusal, Conflict):
            raise _with_last_change(refusal, application_id) from None
        if is_autosave():
            raise
        return page_again(refusal, Event.SUBMIT, application_id, sent, rows), refusal.status
    if is_autosave():
        return _autosaved(view)
    flash("申领明细已保存为草稿，尚未提交。", "good")
    return redirect(url_for("applications.show", application_id=application_id), code=303)


def _known_of(kind: ApplicationKind) -> Sent:
    """What nobody has to type: the own name of a person, the name and code of an organisation."""
    person = require_actor()
    if kind is ApplicationKind.INDIVIDUAL:
        return {"applicant.name": person.name, "applicant.id_type": IdentityType.RESIDENT_ID.value}
    if person.organisation_id is None:
        return {}
    organisation = organisation_accounts.read_organisation(product(), actor=person)
    return {f"applicant.{name}": organisation[name] for name in ("name", "uscc")}


def _based_on(sent: Sent) -> dict[str, int]:
    source = ordinal_typed(str(sent.get("based_on", "")))
    return {"based_on": source} if source else {}


def _kind() -> ApplicationKind:
    kind = require_actor().applicant_kind
    if kind is None:
        raise Forbidden("您的账号没有设定申请人类别，请联系系统管理员")
    return kind


def _subsidy() -> Subsidy:
    """What is to be claimed: what the address or the form says, or else what there is to be had."""
    payable = _payable(_kind())
    if not payable:
        first = SUBSIDIES_OF[_kind()][0]
        raise NotNow("；".join(policy.why_not(first) for _, policy in _policies_here()) or "本地区没有政策")
    asked = request.values.get("subsidy", payable[0].value)
    if asked not in payable:
        raise NotFound("没有这种补贴，或者本地区的政策不发放")
    return Subsidy(asked)


def _payable(kind: ApplicationKind) -> list[Subsidy]:
    policies = [policy for _, policy in _policies_here()]
    return [each for each in SUBSIDIES_OF[kind] if any(policy.pays(each) for policy in policies)]


def _policies_here() -> list[tuple[str, Policy]]:
    region = require_actor().region
    policies = [(key, load_policy(key)) for key in available_policies()]
    return [(key, policy) for key, policy in policies if region in policy.regions]


def _changeable(application_id: int) -> dict[str, Any]:
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    if not open_parts(view):
        raise NotNow(_CLOSED)
    return view


@blueprint.post("/applications/new/check")
def check_new() -> ResponseReturnValue:
    """What the rules say to a form that has not been saved."""
    kind, subsidy, sent = _kind(), _subsidy(), sent_by(request.form)
    body = (
        from_inputs(patch_of(kind, subsidy), sent)
        | {
            "kind": kind.value,
            "subsidy": subsidy.value,
            "policy": str(sent.get("policy", "")),
            "region": require_actor().region,
        }
        | _based_on(sent)
    )
    check = previews.preview_new(product(), actor=require_actor(), body=body)
    return _check_panel(check) if _is_partial() else _new_page(kind, subsidy, sent, check=check)


@blueprint.post("/applications/<key:application_id>/check")
def check(application_id: int) -> ResponseReturnValue:
    """What the rules say to the form as it is being typed; nothing is saved."""
    view = _changeable(application_id)
    sent = sent_by(request.form)
    whole = from_inputs(patch_of(ApplicationKind(view["kind"]), Subsidy(view["subsidy"])), sent)
    found = previews.preview_typed(
        product(),
        actor=require_actor(),
        application_id=application_id,
        body={name: whole.get(name, {}) for name in open_parts(view)},
    )
    return _check_panel(found) if _is_partial() else _edit_page(view, sent, check=found)


def _is_partial() -> bool:
    """Whether a script asks for the panel alone."""
    return request.headers.get("HX-Request") == "true"


def _check_panel(check: dict[str, Any]) -> str:
    return render_template("applications/_live.html", check=check)


# Rows of classes, without a script ------------------------------------------------------------------------


def _rows_change() -> bool:
    return "add_class" in request.form or "remove_class" in request.form


def _with_rows_changed(sent: Sent) -> Sent:
    """The classes numbered without gaps; blank ones left out, one added or taken away if asked."""
    rows: dict[int, Sent] = {}
    kept: Sent = {}
    for name, value in sent.items():
        found = _CLASS.fullmatch(name)
        if found is None:
            kept[name] = value
        else:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    removed = request.form.get("remove_class", "")
    filled = [
        row
        for number, row in sorted(rows.items())
        if str(number) != removed and any(value for name, value in row.items() if name != "class_no")
    ]
    if "add_class" in request.form and len(filled) < MOST_CLASSES:
        used = [int(str(row["class_no"])) for row in filled if str(row.get("class_no", "")).isdecimal()]
        filled.append({"class_no": str(max(used, default=0) + 1)})
    for number, row in enumerate(filled):
        kept |= {f"opening.classes.{number}.{name}": value for name, value in row.items()}
    return kept


def _class_count(values: Mapping[str, Any]) -> int:
    numbers = [int(found[1]) for name in values if (found := _CLASS.fullmatch(name))]
    return max(numbers, default=-1) + 1


# The pages -------------------------------------------------------------------------------------------------


def _parts(names: tuple[str, ...], whole: type[Typed], values: Sent, errors: Errors) -> list[Part]:
    parts = []
    for name in names:
        if name == "opening":
            parts.append(_opening_part(values, errors))
            continue
        title = {"applicant": "申请人", "provider": "培训机构", "certificate": "证书"}[name]
        model = model_inside(whole.model_fields[name].annotation)
        assert model is not None
        assert issubclass(model, Typed)
        inputs = fields_of(model, prefix=f"{name}.", values=values, errors=errors, enforced=False)
        parts.append(Part(title, inputs))
    return parts


def _opening_part(values: Sent, errors: Errors) -> Part:
    inputs = fields_of(Opening, prefix="opening.", values=values, errors=errors, enforced=False)
    inputs = [
        with_options(one, _YES_OR_NO, widget="radio") if one.widget == "checkbox" else one for one in inputs
    ]
    count = _class_count(values)
    if count == 0:
        values = values | {"opening.classes.0.class_no": "1"}
    classes = [
        fields_of(
            TrainingClass, prefix=f"opening.classes.{number}.", values=values, errors=errors, enforced=False
        )
        for number in range(max(count, 1))
    ]
    return Part("开班申请", inputs, classes)


def _new_page(
    kind: ApplicationKind,
    subsidy: Subsidy,
    sent: Sent,
    refused: Shown | None = None,
    errors: Errors | None = None,
    check: dict[str, Any] | None = None,
    carried: dict[str, Any] | None = None,
) -> str:
    policies = [(key, policy.title) for key, policy in _policies_here() if policy.pays(subsidy)]
    return render_template(
        "applications/edit.html",
        view=None,
        kind=kind,
        subsidy=subsidy,
        subsidies=_payable(kind),
        policies=policies,
        chosen=sent.get("policy") or (policies[-1][0] if policies else ""),
        parts=_marked(_parts(parts_of(kind, subsidy), patch_of(kind, subsidy), sent, errors or {}), carried),
        refused=refused,
        check=check,
        carry_over=carried,
        based_on=sent.get("based_on", ""),
        command_id=request.form.get("command_id") or uuid4().hex,
        previous=previous_applications.list_previous(product(), actor=require_actor(), subsidy=subsidy),
    )


def _marked(parts: list[Part], carried: dict[str, Any] | None) -> list[Part]:
    """What came over from an earlier application, and what is to be filled in anew, said at each field."""
    if carried is None:
        return parts

    def marked(one: Field) -> Field:
        words = "沿用上次，请核对" if one.value else "上次的不沿用，请重新填写" if one.required else ""
        return replace(one, help="；".join(part for part in (words, one.help) if part))

    return [
        Part(
            part.title,
            [marked(one) for one in part.fields],
            None if part.classes is None else [[marked(one) for one in inputs] for inputs in part.classes],
        )
        for part in parts
    ]


def _edit_page(
    view: dict[str, Any],
    values: Sent,
    refused: Shown | None = None,
    errors: Errors | None = None,
    check: dict[str, Any] | None = None,
) -> str:
    kind, subsidy = ApplicationKind(view["kind"]), Subsidy(view["subsidy"])
    # Of a form that is closed by now, what it held stays on the screen.
    typed = tuple(
        part for part in parts_of(kind, subsidy) if any(each.startswith(f"{part}.") for each in values)
    )
    return render_template(
        "applications/edit.html",
        view=view,
        kind=kind,
        subsidy=subsidy,
        subsidies=[],
        policies=[],
        chosen="",
        version=request.form.get("version") or view["version"],
        parts=_parts(open_parts(view) or typed, patch_of(kind, subsidy), values, errors or {}),
        refused=refused,
        check=check,
    )


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
