"""A new application, a change of its sections, and whether a form is complete enough to be submitted.

A draft needs the applicant's name; everything else may still be missing, but what is given is well-formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from workflow.errors import FieldError, Malformed
from workflow.form.applicant import ClaimingBody, Employer, IndividualApplicant, OrganisationApplicant
from workflow.form.assessment import IndividualCertificate
from workflow.form.claim import Claim, ClaimDraft
from workflow.form.fields import Code, RegionCode, Typed, Widget, asked, optional
from workflow.form.opening import Opening, Provider
from workflow.form.reading import joined, malformed, model_inside, read, section, spot_of
from workflow.policy import PolicyError, available_policies, load_policy
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import SUBSIDIES_OF, ApplicationKind, Subsidy, starts_at_claim

LARGEST_KEY = 2**63 - 1
PolicyKey = Annotated[Code, Widget("select")]


class _New(Typed):
    policy: PolicyKey = asked("政策")
    region: RegionCode = asked("地区")
    based_on: Annotated[int, Field(ge=1, le=LARGEST_KEY)] | None = Field(
        default=None,
        title="沿用的申请",
        description="本单位（本人）已提交的一件申请；遮盖的号码原样发回的，沿用那件申请的",
        json_schema_extra={"x-required": False},
    )

    @field_validator("policy")
    @classmethod
    def _policy_exists(cls, key: str) -> str:
        if key not in available_policies():
            raise ValueError(f"没有这项政策，可用的有：{'、'.join(available_policies())}")
        return key

    @field_validator("region")
    @classmethod
    def _policy_covers_the_region(cls, region: str, info: ValidationInfo) -> str:
        key = info.data.get("policy")
        if key is not None:
            try:
                regions = load_policy(key).regions
            except PolicyError as error:
                raise ValueError(str(error)) from error
            if region not in regions:
                named = "、".join(f"{code}（{label}）" for code, label in regions.items())
                raise ValueError(f"不适用所选政策，适用的有：{named}")
        return region

    def sections(self) -> dict[str, Any]:
        """The form document with which the application begins."""
        return {name: part for name, part in self.stored().items() if name in SECTIONS}


class _NewTraining(_New):
    subsidy: Literal["training"] = Field(
        default="training", title="补贴种类", json_schema_extra={"x-required": False}
    )


class NewOrganisationApplication(_NewTraining):
    """A new application of an institution or an enterprise, for training."""

    kind: Literal["institution", "enterprise"] = asked("申请人类别")
    applicant: OrganisationApplicant = asked("申请人信息")
    opening: Opening | None = optional("开班申请")


class NewIndividualApplication(_NewTraining):
    """A new application of a person, who fills in the person, the institution and the assessment body."""

    kind: Literal["individual"] = asked("申请人类别")
    applicant: IndividualApplicant = asked("申请人信息")
    provider: Provider | None = optional("培训机构信息")
    certificate: IndividualCertificate | None = optional("证书信息")


class _NewClaim(_New):
    """A subsidy that starts at the claim: there is nobody to train any more."""

    @field_validator("subsidy", check_fields=False)
    @classmethod
    def _policy_pays_it(cls, subsidy: str, info: ValidationInfo) -> str:
        key = info.data.get("policy")
        if key is not None and not load_policy(key).pays(Subsidy(subsidy)):
            raise ValueError(f"不可用：{load_policy(key).why_not(Subsidy(subsidy))}")
        return subsidy


class NewEvaluationClaim(_NewClaim):
    """A new application of an assessment body, for the certificates it has issued."""

    kind: Literal["assessment_body"] = asked("申请人类别")
    subsidy: Literal["evaluation"] = asked("补贴种类")
    applicant: ClaimingBody = asked("申请人信息")


class NewHiringClaim(_NewClaim):
    """A new application of an enterprise that has hired holders of certificates."""

    kind: Literal["enterprise"] = asked("申请人类别")
    subsidy: Literal["hiring"] = asked("补贴种类")
    applicant: Employer = asked("申请人信息")


class NewPlacementClaim(_NewClaim):
    """A new application of an agency that has found work for holders of certificates."""

    kind: Literal["employment_agency"] = asked("申请人类别")
    subsidy: Literal["placement"] = asked("补贴种类")
    applicant: ClaimingBody = asked("申请人信息")


class OrganisationPatch(Typed):
    """Whole sections of an institution's or enterprise's form, to replace those that stand there."""

    applicant: OrganisationApplicant | None = optional("申请人信息")
    opening: Opening | None = optional("开班申请")
    claim: ClaimDraft | None = optional("补贴资金申领")

    def sections(self) -> dict[str, Any]:
        """The sections that were given, in the shape of the form document."""
        return self.stored()


class IndividualPatch(Typed):
    """Whole sections of an individual's form, to replace those that stand there."""

    applicant: IndividualApplicant | None = optional("申请人信息")
    provider: Provider | None = optional("培训机构信息")
    certificate: IndividualCertificate | None = optional("证书信息")
    claim: ClaimDraft | None = optional("补贴资金申领")

    def sections(self) -> dict[str, Any]:
        """The sections that were given, in the shape of the form document."""
        return self.stored()


class ClaimPatch(Typed):
    """Whole sections of the form of a subsidy that starts at the claim."""

    applicant: ClaimingBody | None = optional("申请人信息")
    claim: ClaimDraft | None = optional("补贴资金申领")

    def sections(self) -> dict[str, Any]:
        """The sections that were given, in the shape of the form document."""
        return self.stored()


class HiringPatch(ClaimPatch):
    """The same of an enterprise that claims for whom it has hired."""

    applicant: Employer | None = optional("申请人信息")


NewTraining = NewOrganisationApplication | NewIndividualApplication
NewClaim = NewEvaluationClaim | NewHiringClaim | NewPlacementClaim
NewApplication = NewTraining | NewClaim
ApplicationPatch = OrganisationPatch | IndividualPatch | ClaimPatch
SECTIONS = ("applicant", "opening", "provider", "certificate", "claim")
NEW_CLAIMS: Mapping[Subsidy, type[NewClaim]] = {
    Subsidy.EVALUATION: NewEvaluationClaim,
    Subsidy.HIRING: NewHiringClaim,
    Subsidy.PLACEMENT: NewPlacementClaim,
}


def patch_of(kind: ApplicationKind, subsidy: Subsidy = Subsidy.TRAINING) -> type[ApplicationPatch]:
    """The sections that this kind of applicant fills in for this subsidy."""
    if subsidy is Subsidy.HIRING:
        return HiringPatch
    if subsidy is not Subsidy.TRAINING:
        return ClaimPatch
    return IndividualPatch if kind is ApplicationKind.INDIVIDUAL else OrganisationPatch


def read_new_application(data: object) -> NewApplication:
    """A new draft; its kind and subsidy decide which parts it has. Raises ``Malformed``."""
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if isinstance(data, Mapping) and kind not in list(ApplicationKind):
        words = "、".join(f"{word}（{word.label}）" for word in ApplicationKind)
        problem = "未填写" if kind is None else "不可用"
        raise malformed([FieldError("kind", f"“申请人类别”{problem}，须为下列之一：{words}")])
    if isinstance(data, Mapping):
        subsidy = _subsidy_asked(ApplicationKind(str(kind)), data.get("subsidy", Subsidy.TRAINING))
        if subsidy in NEW_CLAIMS:
            return read(NEW_CLAIMS[subsidy], data)
    if kind == ApplicationKind.INDIVIDUAL:
        return read(NewIndividualApplication, data)
    return read(NewOrganisationApplication, data)


def _subsidy_asked(kind: ApplicationKind, asked_for: object) -> Subsidy:
    possible = SUBSIDIES_OF[kind]
    if asked_for not in list(possible):
        words = "、".join(f"{word}（{word.label}）" for word in possible)
        known = next((word.label for word in Subsidy if word == asked_for), "")
        problem = f"不能为“{known}”" if known else "不可用"
        raise malformed([FieldError("subsidy", f"“补贴种类”{problem}：{kind.label}可以申请的是{words}")])
    return Subsidy(str(asked_for))


def read_patch(kind: ApplicationKind, data: object, subsidy: Subsidy = Subsidy.TRAINING) -> ApplicationPatch:
    """A change of whole sections of a form of this kind. Raises ``Malformed``."""
    return read(patch_of(kind, subsidy), data)


def is_individual(form: Mapping[str, Any]) -> bool:
    """Whether a form document is an individual's: it names a provider or certificate, or a person."""
    return "provider" in form or "certificate" in form or "id_number" in section(form, "applicant")


def completeness(
    form: Mapping[str, Any],
    kind: ApplicationKind | None = None,
    *,
    subsidy: Subsidy = Subsidy.TRAINING,
    claim: bool = False,
) -> list[FieldError]:
    """What is still missing before the form may be submitted; empty when nothing is.

    ``kind`` is told from the form if not given. With ``claim`` (and always where the application starts at
    the claim) the claim has to be complete too.
    """
    if kind is None:
        kind = ApplicationKind.INDIVIDUAL if is_individual(form) else ApplicationKind.INSTITUTION
    root = patch_of(kind, subsidy)
    errors: list[FieldError] = []
    for name, field in root.model_fields.items():
        model = model_inside(field.annotation)
        if model is not None and name != "claim":
            errors += _missing(root, model, section(form, name), [name])
    if root is IndividualPatch:
        certificate = section(form, "certificate")
        errors += _missing_level(root, certificate.get("kind"), certificate, ["certificate"])
    elif root is OrganisationPatch:
        errors += _missing_in_classes(section(form, "opening").get("classes") or [])
    if claim or starts_at_claim(kind, subsidy):
        try:
            read(Claim, form.get("claim") or {}, "claim")
        except Malformed as fault:
            errors += fault.errors
    return errors


def _missing(
    root: type[Typed], model: type[BaseModel], data: Mapping[str, Any], place: list[int | str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    for name, field in model.model_fields.items():
        here = [*place, name]
        extra = field.json_schema_extra
        value = data.get(name)
        if value in (None, "", []):
            if isinstance(extra, dict) and extra.get("x-required"):
                errors.append(_not_filled(root, here))
            continue
        inside = model_inside(field.annotation)
        if inside is not None:
            entries = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for index, entry in entries:
                errors += _missing(root, inside, entry, here if index is None else [*here, index])
    return errors


def _missing_in_classes(classes: list[Mapping[str, Any]]) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, entry in enumerate(classes):
        place: list[int | str] = ["opening", "classes", index]
        errors += _missing_level(OrganisationPatch, entry.get("certificate_kind"), entry, place)
        if entry.get("online_theory_hours") and not entry.get("online_platform"):
            errors.append(_not_filled(OrganisationPatch, [*place, "online_platform"]))
    return errors


def _missing_level(
    root: type[Typed], kind: object, entry: Mapping[str, Any], place: list[int | str]
) -> list[FieldError]:
    if kind in LEVELLED_KINDS and entry.get("level") is None:
        return [_not_filled(root, [*place, "level"])]
    return []


def _not_filled(root: type[Typed], place: list[int | str]) -> FieldError:
    return FieldError(joined(*place), f"“{spot_of(root, place).label}”未填写")
