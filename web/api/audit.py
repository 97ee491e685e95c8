"""The audit trail for auditors: searched, proved and exported."""

from __future__ import annotations

from flask import Response

from web.api.parameters import AuditQuery
from web.api.replies import folder_reply, reply
from web.current import product, require_actor
from workflow.services import audit, audit_search, audit_verification, case_exports


def search_audit(query: AuditQuery) -> Response:
    """The entries of all chains, newest first; a page may be short and still have a next one."""
    found = audit_search.search_audit(product(), actor=require_actor(), **query.model_dump())
    return reply({name: found[name] for name in ("items", "next")})


def prove_history(application_id: int) -> Response:
    """Whether the audit trail of one application holds, and where it does not."""
    return reply(audit.prove_history(product(), actor=require_actor(), application_id=application_id))


def export_case(application_id: int) -> Response:
    """One case as a folder (ZIP): form, attachments, history, money and proof; each look is recorded."""
    return folder_reply(
        case_exports.export_case(product(), actor=require_actor(), application_id=application_id)
    )


def verify_audit() -> Response:
    """Whether every chain of the audit trail holds."""
    return reply(audit_verification.verify_audit(product()))


def read_verification() -> Response:
    """The last proof of the whole trail by the scheduler."""
    return reply(audit_verification.read_verification(product(), actor=require_actor()))


def request_verification() -> Response:
    """Asks the scheduler for a proof of the whole trail."""
    return reply(audit_verification.request_verification(product(), actor=require_actor()), status=201)
