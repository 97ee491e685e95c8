"""Warnings of the rules: kept while their section lasts, and answered in writing before it is passed.

An answer stands on the form of its section. It holds for the finding it was given to, and for an identical
one of a later check; it falls only when the second reviewer sends the review that gave it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow.errors import FieldError, Finding, RuleBroken
from workflow.form.payloads import WarningAnswer
from workflow.form.reading import malformed
from workflow.form.training import OBSERVATIONS
from workflow.policy import Severity
from workflow.rules import Occasion
from workflow.services.case import REVIEW_STEPS, Case
from workflow.vocabulary import SECTION_OF, Section, State

SECTION_OF_OCCASION: dict[Occasion, Section] = {
    Occasion.OPENING_SUBMIT: Section.OPENING,
    Occasion.INSPECTION: Section.TRAINING,
    Occasion.TRAINING_END: Section.TRAINING,
    Occasion.ASSESSMENT_PROPOSAL: Section.ASSESSMENT,
    Occasion.RESULTS: Section.ASSESSMENT,
    Occasion.CLAIM_SUBMIT: Section.CLAIM,
    Occasion.DIRECT_CLAIM: Section.CLAIM,
    Occasion.PAYMENT: Section.DISBURSEMENT,
    Occasion.RECOVERY: Section.DISBURSEMENT,
    Occasion.RECOVERY_RECEIPT: Section.DISBURSEMENT,
}
# One inspection says nothing of another; the end of the training measures all of them once more.
_REPLACED: dict[Occasion, frozenset[Occasion]] = {
    Occasion.INSPECTION: frozenset(),
    Occasion.TRAINING_END: frozenset({Occasion.INSPECTION, Occasion.TRAINING_END}),
}
# A second reviewer sees what the first has answered, and need not repeat it.
_ANSWERING_SEATS = frozenset({"first", "only"})
_IDENTITY = ("rule", "where", "measured", "limit", "message")


def keep_warnings(case: Case, occasion: Occasion, found: Iterable[Finding], place: str) -> None:
    """Keeps what a check found. Findings of the section's other checks stay, those of other sections go.

    One inspection does not measure again what another one saw, so theirs add up; every other check takes
    the place of its predecessor. ``place`` is where the payload comes to stand on the form.
    """
    section = SECTION_OF_OCCASION[occasion]
    case.row["findings"] = [
        finding
        for finding in case.row["findings"]
        if _section_of(finding) is section and finding["occasion"] not in _REPLACED.get(occasion, {occasion})
    ] + [
        finding.as_dict() | {"where": _on_form(finding.where, place), "occasion": occasion.value}
        for finding in found
    ]


def is_before(finding: Mapping[str, Any], state: State) -> bool:
    """Whether an application's finding is a warning that the reviewers of a state have before them."""
    # One that was kept before occasions were is of the section that the application stands in.
    return finding["severity"] == Severity.WARNING and _section_of(finding) in {None, SECTION_OF[state]}


def answers_to(form: Mapping[str, Any], finding: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The standing answers to a finding or one identical to it, the oldest first."""
    return [
        answer
        for answer in _answers(form)
        if not answer["superseded"] and all(answer[name] == finding[name] for name in _IDENTITY)
    ]


def unanswered(case: Case) -> list[Mapping[str, Any]]:
    """The warnings that have to be answered before the present review can end well."""
    _, seat = REVIEW_STEPS.get(case.state, ("", ""))
    if seat not in _ANSWERING_SEATS:
        return []
    return [
        finding
        for finding in case.row["findings"]
        if is_before(finding, case.state) and not answers_to(case.form, finding)
    ]


def answer_warnings(case: Case, given: list[WarningAnswer]) -> None:
    """Keeps the reviewer's answers.

    Raises ``Malformed`` for an answer to what is no open warning, and ``RuleBroken`` with those that this
    seat has to answer and did not.
    """
    warnings = [finding for finding in case.row["findings"] if is_before(finding, case.state)]
    known = {_key(warning) for warning in warnings}
    chosen: dict[tuple[str, str], str] = {}
    errors = []
    for index, answer in enumerate(given):
        key = (answer.rule, answer.where)
        if key not in known or key in chosen:
            problem = "已有一条答复，不能重复" if key in chosen else "不在待答复的提示之中"
            message = f"“对提示的书面答复”第{index + 1}项：{answer.where} 的“{answer.rule}”{problem}"
            errors.append(FieldError(f"payload.answers.{index}.rule", message))
        chosen[key] = answer.answer
    if errors:
        raise malformed(errors)
    left = [warning for warning in unanswered(case) if _key(warning) not in chosen]
    if left:
        raise RuleBroken([_to_be_answered(warning) for warning in left])
    step, seat = REVIEW_STEPS[case.state]
    kept = [
        {name: warning[name] for name in _IDENTITY}
        | {
            "answer": chosen[_key(warning)],
            "answered_by": case.signature,
            "answered_at": case.now.isoformat(),
            "step": step,
            "seat": seat,
            "superseded": False,
        }
        for warning in warnings
        if _key(warning) in chosen
    ]
    if kept:
        case.section(SECTION_OF[case.state]).setdefault("answers", []).extend(kept)


def supersede_answers(case: Case, step: str) -> None:
    """What the reviewers of a step answered no longer counts; it stays on the form, struck out."""
    for answer in _answers(case.form):
        if answer["step"] == step:
            answer["superseded"] = True


def drop_struck(case: Case, place: str) -> None:
    """Findings on the observations of an inspection, at its place on the form, end with those."""
    struck = tuple(f"{place}.{name}" for name in OBSERVATIONS)
    case.row["findings"] = [
        finding for finding in case.row["findings"] if not finding["where"].startswith(struck)
    ]


def findings_view(case: Case) -> list[dict[str, Any]]:
    """The findings as they are answered: each with its occasion, and the newest answer that stands."""
    shown = []
    for finding in case.row["findings"]:
        answers = answers_to(case.form, finding)
        answer = None
        if answers:
            newest = answers[-1]
            answer = {"text": newest["answer"], "by": newest["answered_by"], "at": newest["answered_at"]}
        shown.append(finding | {"occasion": finding.get("occasion"), "answer": answer})
    return shown


def _answers(form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for section in Section:
        yield from form.get(section.value, {}).get("answers", ())


def _section_of(finding: Mapping[str, Any]) -> Section | None:
    occasion = finding.get("occasion")
    return SECTION_OF_OCCASION[Occasion(occasion)] if occasion else None


def _key(finding: Mapping[str, Any]) -> tuple[str, str]:
    return finding["rule"], finding["where"]


def _on_form(where: str, place: str) -> str:
    head, dot, rest = where.partition(".")
    return f"{place}{dot}{rest}" if head == "payload" else where


def _to_be_answered(warning: Mapping[str, Any]) -> Finding:
    named = {name: warning[name] for name in ("rule", "severity", "measured", "limit", "source", "where")}
    return Finding(**named, message=f"须书面答复后方可通过：{warning['message']}")
