"""机构注册 for the public: the form, its receipt, how it stands, and mending what was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web.current import product
from web.rate import check_registration_lookup_rate, check_registration_rate
from web.views.attachment_forms import ACCEPTED
from web.views.fields import Errors, Field, Sent, fields_of, flat, sent_by, with_options
from web.views.refused import Shown, messages_of, shown
from workflow.attachments.limits import MOST_BYTES, MOST_BYTES_AT_ONCE, megabytes
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.form import from_inputs
from workflow.form.registration import SIGNING_IN, Registration
from workflow.policy import region_labels
from workflow.services import registrations
from workflow.services.registrations import MOST_PROOFS, Proofs
from workflow.services.uploads import Upload
from workflow.vocabulary import PROOFS_OF, ProofKind

blueprint = Blueprint("registrations", __name__)
# Which registration this browser follows: its receipt and the code, in the signed cookie.
_FOLLOWED = "registration"
_CONTACT = ("contact_name", "contact_phone")


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the form with its inputs."""

    title: str
    words: str
    fields: list[Field]


@blueprint.get("/register")
def create() -> ResponseReturnValue:
    """The empty form."""
    return _form_page({})


@blueprint.post("/register")
def register() -> ResponseReturnValue:
    """Registers; the receipt stands on the page that follows."""
    sent = sent_by(request.form)
    try:
        check_registration_rate()
        _require_same_password(sent)
        view = registrations.register(
            product(), body=_body(sent), proofs=_proofs(), command_id=request.form.get("command_id") or None
        )
    except Refused as refusal:
        return _form_page(sent, refusal), refusal.status
    return _followed(view["receipt"], view["uscc"], "注册已经提交，请记下回执编号。")


@blueprint.get("/register/status")
def status() -> ResponseReturnValue:
    """How the registration stands that this browser follows; otherwise the question which."""
    receipt, uscc = _followed_here()
    if not receipt:
        return _status_page(None, {})
    try:
        view = registrations.read_registration_status(product(), receipt=receipt, uscc=uscc)
    except NotFound:
        session.pop(_FOLLOWED, None)
        return _status_page(None, {})
    return _status_page(view, {})


@blueprint.post("/register/status")
def look_up() -> ResponseReturnValue:
    """Finds a registration by its receipt and code."""
    sent = sent_by(request.form)
    if "leave" in sent:
        session.pop(_FOLLOWED, None)
        return redirect(url_for("registrations.status"), code=303)
    try:
        check_registration_lookup_rate()
        view = registrations.read_registration_status(
            product(), receipt=str(sent.get("receipt", "")), uscc=str(sent.get("uscc", ""))
        )
    except Refused as refusal:
        return _status_page(None, sent, shown(refusal)), refusal.status
    return _followed(view["receipt"], view["uscc"])


@blueprint.get("/register/mend")
def mend() -> ResponseReturnValue:
    """The form of a refused registration as it was sent, to be mended."""
    receipt, uscc = _followed_here()
    try:
        found = registrations.read_to_mend(product(), receipt=receipt, uscc=uscc)
    except Refused:
        return redirect(url_for("registrations.status"), code=303)
    return _form_page(flat(found["typed"]), standing=found["view"])


@blueprint.post("/register/mend")
def send_again() -> ResponseReturnValue:
    """Sends a refused registration again."""
    sent = sent_by(request.form)
    receipt, uscc = _followed_here()
    try:
        check_registration_rate()
        _require_same_password(sent)
        view = registrations.send_again(
            product(),
            receipt=receipt,
            uscc=uscc,
            body=_body(sent),
            proofs=_proofs(),
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        return redirect(url_for("registrations.status"), code=303)
    except Refused as refusal:
        found = registrations.read_registration_status(product(), receipt=receipt, uscc=uscc)
        return _form_page(sent, refusal, standing=found), refusal.status
    return _followed(view["receipt"], view["uscc"], "已重新提交，等待审核。")


def _followed(receipt: str, uscc: str, words: str = "") -> ResponseReturnValue:
    session[_FOLLOWED] = [receipt, uscc]
    if words:
        flash(words, "good")
    return redirect(url_for("registrations.status"), code=303)


def _followed_here() -> tuple[str, str]:
    receipt, uscc = session.get(_FOLLOWED, ("", ""))
    return str(receipt), str(uscc)


# What was sent ---------------------------------------------------------------------------------------------


def _body(sent: Sent) -> dict[str, Any]:
    return from_inputs(Registration, sent)


def _proofs() -> Proofs:
    found = {
        proof: [
            Upload(file.filename or "", file.read())
            for file in request.files.getlist(proof.value)
            if file.filename
        ]
        for proof in ProofKind
    }
    return {proof: uploads for proof, uploads in found.items() if uploads}


def _require_same_password(sent: Sent) -> None:
    if sent.get("password", "") != sent.get("again", ""):
        message = "两次输入的密码不一致"
        raise Malformed(message, [FieldError("again", message)])


# The pages -------------------------------------------------------------------------------------------------


def _form_page(sent: Sent, refusal: Refused | None = None, *, standing: dict[str, Any] | None = None) -> str:
    errors = messages_of(refusal) if refusal else {}
    inputs = {
        one.name: _drawn(one) for one in fields_of(Registration, values=sent, errors=errors, enforced=False)
    }
    again = Field(
        "again",
        "再次输入密码",
        "password",
        error=errors.get("again", ""),
        required=standing is None,
        width="half",
        autocomplete="new-password",
    )
    if standing is not None:
        inputs["password"] = replace(
            inputs["password"], required=False, help="不修改的不填，沿用注册时的密码"
        )
    of_body = [one for name, one in inputs.items() if name not in (*SIGNING_IN, *_CONTACT)]
    parts = [
        Part("单位信息", "与营业执照或者法人证书上的一致。", of_body),
        Part("联系人", "只供审核人员核实情况，不会公开。", [inputs[name] for name in _CONTACT]),
        Part(
            "账号管理员",
            "通过审核后用这个账号登录，并由它管理本单位的其他账号。",
            [*(inputs[name] for name in SIGNING_IN), again],
        ),
    ]
    return render_template(
        "registrations/form.html",
        parts=parts,
        proofs=_proof_fields(errors, standing),
        most_bytes=MOST_BYTES,
        most_bytes_at_once=MOST_BYTES_AT_ONCE,
        refused=shown(refusal) if refusal else None,
        files_again=refusal is not None,
        standing=standing,
        command_id=uuid4().hex,
    )


def _drawn(one: Field) -> Field:
    if one.name == "kind":
        return with_options(one, [(kind.value, kind.label) for kind in PROOFS_OF])
    if one.name == "region":
        return with_options(one, region_labels().items())
    if one.name in {"legal_representative", "address"}:
        return replace(one, width="third" if one.name == "legal_representative" else "two-thirds")
    if one.widget == "password":
        return replace(one, value="", required=True, width="half", autocomplete="new-password")
    if one.name == "login":
        return replace(one, autocomplete="username")
    return one


def _proof_fields(errors: Errors, standing: dict[str, Any] | None) -> list[Field]:
    sent_before = {each["proof"] for each in standing["proofs"]} if standing else set()
    limits = f"PDF、JPEG 或者 PNG，每个不超过 {megabytes(MOST_BYTES)}，最多 {MOST_PROOFS} 个"
    fields = []
    for proof in ProofKind:
        whose = [kind.label for kind, proofs in PROOFS_OF.items() if proof in proofs]
        everybody = len(whose) == len(PROOFS_OF)
        words = limits if everybody else f"{'、'.join(whose)}必须上传。{limits}"
        if proof.value in sent_before:
            words += "；不选文件的，沿用已经上传的"
        fields.append(
            Field(
                proof.value,
                proof.label,
                "file",
                error=errors.get(proof.value, ""),
                help=words,
                required=everybody and proof.value not in sent_before,
                accept=ACCEPTED,
            )
        )
    return fields


def _status_page(view: dict[str, Any] | None, sent: Sent, refused: Shown | None = None) -> str:
    wrong = "" if refused is None else refused.message
    fields = [
        Field(
            name,
            label,
            value=str(sent.get(name, "")),
            error=wrong if name == "receipt" else "",
            help=words,
            required=True,
            enforced=True,
            width="half",
            autocomplete="off",
        )
        for name, label, words in (
            ("receipt", "回执编号", "提交注册时给出，如 ZC-1234-ABCD-5678"),
            ("uscc", "统一社会信用代码", "18位"),
        )
    ]
    return render_template("registrations/status.html", view=view, fields=fields, refused=refused)
