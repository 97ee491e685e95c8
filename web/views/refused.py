"""A refusal as the page shows it in place: above the form, and beside each field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from web.views.fields import Sent, input_id
from workflow.errors import COMMAND_FIELD, FieldError, Malformed, Refused, RuleBroken
from workflow.form import inputs_of
from workflow.form.fields import Typed

# What somebody had to think about, and would want to keep.
_WRITTEN = frozenset({"text", "textarea", "date", "datetime", "number", "money"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands above a refused form; each of ``errors`` has a message and the ``id`` of its input.

    ``typed`` is what was written into a form that is no longer on the page, by its labels.
    """

    title: str
    message: str
    source: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)
    reload: str = ""
    typed: list[tuple[str, str]] = field(default_factory=list)


def messages_of(refusal: Refused, place: Callable[[str], str] = str) -> dict[str, str]:
    """The messages by the page's names of the fields; ``place`` turns a path into such a name."""
    found: dict[str, str] = {}
    if isinstance(refusal, Malformed):
        for error in refusal.errors:
            found.setdefault(place(error.field), error.message)
    if isinstance(refusal, RuleBroken):
        for finding in refusal.findings:
            found.setdefault(place(finding.where), finding.message)
    return found


def shown(
    refusal: Refused,
    *,
    scope: str = "field",
    place: Callable[[str], str] = str,
    reload: str = "",
) -> Shown:
    """The refusal for the head of the page; errors lead to their inputs by the ids of ``fields``."""
    errors = []
    if isinstance(refusal, Malformed):
        for error in refusal.errors:
            if error.field == COMMAND_FIELD:
                continue
            name = place(error.field)
            errors.append({"message": error.message, "id": input_id(scope, name)})
    findings = [finding.as_dict() for finding in refusal.findings] if isinstance(refusal, RuleBroken) else []
    message = refusal.message if not errors else ""
    return Shown(refusal.title, message, refusal.source, errors, findings, reload)


def without_form(head: Shown, model: type[Typed], sent: Sent) -> Shown:
    """The refusal of a form that the page no longer has: nothing to lead to, but what was written is kept."""
    written = {one.name: one.label for one in inputs_of(model) if one.widget in _WRITTEN}
    typed = [(label, str(sent[name])) for name, label in written.items() if sent.get(name)]
    return replace(head, errors=[], findings=[], typed=typed)


def not_ticked(field_name: str) -> Malformed:
    """The refusal of a grave act that was sent without its tick."""
    message = "请先勾选确认"
    return Malformed(message, [FieldError(field_name, message)])
