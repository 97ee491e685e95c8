"""The rows inside the forms of claims and results: one for each class; and from an error back to its row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from web.views.fields import Field, Sent, fields_of, flat, with_options
from web.views.wording import level_label
from workflow.form.assessment import Result
from workflow.form.claim import ClaimLine
from workflow.vocabulary import ApplicationKind, Event, State, Subsidy, starts_at_claim

MOST_EXTRA_ROWS = 20
_BETWEEN = r"[\s,，、;；]+"
# A number may have blanks inside; the day stands last.
_CERTIFICATE = re.compile(rf"(\S+?){_BETWEEN}(.+?){_BETWEEN}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})")
_ROSTER_ROW = re.compile(r"名册第?([0-9]{1,6})号?")
_CERTIFICATE_COLUMNS = ("id_number", "number", "issued_on")
_ROW = re.compile(r"(claim\.lines|results|answers)\.(\d+)\.(.+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table inside a form: a class, with what was measured of it."""

    words: str
    fields: list[Field]
    class_no: int | None = None
    roster: int | None = None
    attendance: int | None = None
    certified: int | None = None
    certificates: Field | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent and refused: what was typed stays, with the messages beside it."""

    event: Event
    sent: Sent
    errors: Mapping[str, str]
    extra_rows: int = 0


def place_on_page(path: str, rows: list[str]) -> str:
    """The page's name of the field that an error path means; rows left blank had not been sent."""
    path = path.removeprefix("payload.")
    found = _ROW.fullmatch(path)
    if found is None or int(found[2]) >= len(rows):
        return path
    rest = "certificates" if found[3].startswith("certificates") else found[3]
    return f"{rows[int(found[2])]}.{rest}"


# The claim -------------------------------------------------------------------------------------------------


def claims(view: dict[str, Any]) -> bool:
    """Whether a submission from here carries the claim."""
    state = State(view["state"])
    if state is State.CLAIM_CORRECTION:
        return "claim" in (view.get("correction") or {}).get("sections", ())
    begun = starts_at_claim(ApplicationKind(view["kind"]), Subsidy(view["subsidy"]))
    return state is State.CLAIM_DRAFT or (state is State.DRAFT and begun)


def stored_claim(view: dict[str, Any]) -> dict[str, Any]:
    """The lines of the stored claim in the order of the classes; the commitment is always given anew."""
    lines = {line["class_no"]: line for line in (view["form"].get("claim") or {}).get("lines", ())}
    return {"lines": [lines.get(number, {}) for number in _class_numbers(view)]}


def claim_rows(
    view: dict[str, Any], roster: dict[str, Any], values: Sent, errors: Mapping[str, str], scope: str
) -> list[Row]:
    """One row for each class, with what a claim may not exceed beside it."""
    on_roster: Mapping[int, int] = roster["class_counts"]
    classes = {row["class_no"]: row for row in classes_of(view)}
    attended = {each["class_no"]: each["average"] for each in view["attendance"]}
    rows = []
    for index, number in enumerate(_class_numbers(view)):
        prefix = f"claim.lines.{index}."
        if view["kind"] == "individual":
            values = Sent({f"{prefix}heads": "1"}) | values
        computation = view.get("computation")
        if computation and computation["heads"]:
            most = {"heads": str(computation["heads"]), "amount": str(computation["amount"])}
            values = Sent({f"{prefix}{name}": value for name, value in most.items()}) | values
        rows.append(
            Row(
                words=class_words(classes[number]) if number in classes else _without_classes(view),
                class_no=number,
                roster=on_roster.get(number),
                attendance=attended.get(number),
                certified=_certified(view, number),
                fields=fields_of(
                    ClaimLine,
                    prefix=prefix,
                    values=values,
                    errors=errors,
                    scope=scope,
                    enforced=False,
                    without=("class_no",),
                ),
            )
        )
    return rows


def _without_classes(view: dict[str, Any]) -> str:
    return "个人申请" if view["subsidy"] == Subsidy.TRAINING else str(view["subsidy_label"])


def _class_numbers(view: dict[str, Any]) -> list[int]:
    """The classes; an individual claims as if for class 1."""
    return [row["class_no"] for row in classes_of(view)] or [1]


def line_is_meant(sent: Sent, row: str) -> bool:
    """Whether something was filled in for this class; the others are not claimed."""
    return bool(str(sent.get(f"{row}.heads", "")).strip() or str(sent.get(f"{row}.amount", "")).strip())


def _certified(view: dict[str, Any], number: int) -> int | None:
    results = (view["form"].get("assessment") or {}).get("results") or ()
    mine = [result["certified_count"] for result in results if result["class_no"] == number]
    return sum(mine) if mine else None


# The results -----------------------------------------------------------------------------------------------


def result_rows(view: dict[str, Any], attempt: Attempt | None, scope: str) -> list[Row]:
    """One row for each class, and those that were added."""
    classes = classes_of(view)
    if attempt is None:
        values: Sent = {}
        for index, row in enumerate(classes):
            values |= flat(planned_result(row), f"results.{index}.")
        count = len(classes)
    else:
        values = attempt.sent
        count = min(len(row_names(values, "results")), len(classes) + MOST_EXTRA_ROWS) + attempt.extra_rows
    errors = attempt.errors if attempt else {}
    choices = [(str(row["class_no"]), class_words(row)) for row in classes]
    return [_result_row(index, classes, choices, values, errors, scope) for index in range(count)]


def planned_result(entry: Mapping[str, Any]) -> dict[str, Any]:
    """As much of a class's result as its opening says."""
    return {
        "class_no": entry["class_no"],
        "kind": entry.get("certificate_kind"),
        "level": entry.get("level"),
    }


def _result_row(
    index: int,
    classes: list[dict[str, Any]],
    choices: list[tuple[str, str]],
    values: Sent,
    errors: Mapping[str, str],
    scope: str,
) -> Row:
    prefix = f"results.{index}."
    fields = fields_of(Result, prefix=prefix, values=values, errors=errors, scope=scope, enforced=False)
    fields = [with_options(one, choices) if one.name.endswith(".class_no") else one for one in fields]
    if index < len(classes):
        # The class of the first rows is fixed, so that no class is forgotten.
        fields = [replace(one, widget="hidden") if one.name.endswith(".class_no") else one for one in fields]
    name = f"{prefix}certificates"
    return Row(
        words=class_words(classes[index]) if index < len(classes) else "其他考核种类",
        fields=fields,
        certificates=Field(
            name=name,
            label="证书清单",
            widget="textarea",
            value=values.get(name, ""),
            error=errors.get(name, ""),
            help="每行一人：证件号码或名册序号（如 名册12）、证书编号、发证日期（如 2026-09-24），"
            "以空格或逗号分隔；取证人数以清单为准",
            scope=scope,
        ),
    )


def given(sent: Sent, row: str) -> list[str]:
    """What was filled in under a row."""
    return [
        str(value).strip()
        for name, value in sent.items()
        if name.startswith(f"{row}.") and str(value).strip()
    ]


def certificates(row: str, typed: str) -> Sent:
    """Certificates typed line by line, under the names of their fields."""
    found: Sent = {}
    for index, line in enumerate(filter(str.strip, typed.splitlines())):
        whole = _CERTIFICATE.fullmatch(line.strip())
        parts = list(whole.groups()) if whole else re.split(_BETWEEN, line.strip(), maxsplit=2)
        columns = list(_CERTIFICATE_COLUMNS)
        if numbered := _ROSTER_ROW.fullmatch(parts[0]):
            columns[0], parts[0] = "row_no", numbered[1]
        for column, part in zip(columns, parts, strict=False):
            found[f"{row}.certificates.{index}.{column}"] = part
    return found


def certificate_lines(listed: Iterable[Mapping[str, Any]]) -> str:
    """Certificates whose holders are named by the roster, as they would be typed."""
    return "\n".join(f"名册{one['row_no']} {one['number']} {one['issued_on']}" for one in listed)


def row_names(sent: Sent, name: str) -> list[str]:
    """The rows that a page sent under ``name``, in order."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.", re.ASCII)
    numbers = sorted({int(found[1]) for key in sent if (found := pattern.match(key))})
    return [f"{name}.{number}" for number in numbers]


def classes_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The classes of the opening; an individual has none."""
    classes: list[dict[str, Any]] = (view["form"].get("opening") or {}).get("classes") or []
    return classes


def class_words(row: dict[str, Any]) -> str:
    """A class as people call it: its number, occupation and level."""
    parts = (
        f"{row['class_no']} 班",
        row.get("occupation"),
        row.get("kind_of_work"),
        level_label(row.get("level")),
    )
    return " ".join(str(part) for part in parts if part)
