"""Random applications at their claim, with what each class is worth, worked out beside the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from tests.workflow.rules.situations import POLICY, paid, past, people
from workflow.form.money import yuan_from_fen
from workflow.rules.facts import CertificateFacts, Facts, PaidHead, PastTraining, TraineeFacts
from workflow.vocabulary import CertificateKind

_AWARDS: tuple[tuple[CertificateKind, int | None], ...] = (
    *((CertificateKind.SKILL_LEVEL, level) for level in (5, 4, 3, 2, 1)),
    (CertificateKind.NATIONAL_QUALIFICATION, 4),
    (CertificateKind.SPECIAL_OPERATION, None),
    (CertificateKind.SPECIAL_ABILITY, None),
    (CertificateKind.COMPLETION, None),
)
_OCCUPATION = "6-18-01-01"


@dataclass(frozen=True, slots=True)
class RandomClaim:
    """Facts with a claim; ``worth``: by class the fen of the heads that may be paid for, the best first."""

    facts: Facts
    worth: dict[int, list[int]]


class _Drawn:
    """What is drawn class by class."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.classes: list[dict[str, Any]] = []
        self.inspections: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.people: list[TraineeFacts] = []
        self.roster: dict[int, int] = {}
        self.certified: dict[tuple[int, int], tuple[CertificateFacts, ...]] = {}
        self.paid: dict[int, tuple[PaidHead, ...]] = {}
        self.past: dict[int, tuple[PastTraining, ...]] = {}
        self.worth: dict[int, list[int]] = {}

    def draw_class(self, number: int) -> None:
        random = self.random
        planned = random.choice(_AWARDS)
        entry = {
            "class_no": number,
            "occupation_code": _OCCUPATION,
            "occupation": "车工",
            "certificate_kind": planned[0].value,
            "starts_on": "2026-09-07",
            "ends_on": "2026-09-18",
            **({"level": planned[1]} if planned[1] else {}),
        }
        self.classes.append(entry)
        rows = random.randint(0, 12)
        trainees = people(rows, class_no=number)
        self.people += trainees
        self.roster[number] = rows
        present = [random.randint(0, 14) for _ in range(random.randint(1, 3))]
        voided = random.random() < 0.1
        self.inspections += [{"class_no": number, "present_count": count} for count in present]
        if voided:
            self.inspections[-1] |= random.choice(
                ({"recording_complete": False}, {"online_faults": ["fast_forward"]})
            )
        draw = self._draw_listed if random.random() < 0.5 else self._draw_counted
        prices = draw(number, planned, trainees)
        heads = 0 if voided else min(len(prices), sum(present) // len(present), rows)
        self.worth[number] = sorted(prices, reverse=True)[:heads]

    def _price(self, planned: tuple[CertificateKind, int | None], award: Any) -> int:
        return min(POLICY.rates(*planned), POLICY.rates(*award))

    def _spoil(self, trainee: TraineeFacts, award: tuple[CertificateKind, int | None]) -> bool:
        """Whether this trainee is left out: paid for elsewhere, or trained elsewhere too lately."""
        chance = self.random.random()
        if chance < 0.1:
            self.paid[trainee.person] = (paid(level=award[1], certificate_number=None),)
        elif chance < 0.2:
            other = past(date(2026, 8, 1), date(2026, 8, 9), date(2026, 8, 10))
            self.past[trainee.person] = (other,)
        return chance < 0.2

    def _draw_listed(self, number: int, planned: Any, trainees: tuple[TraineeFacts, ...]) -> list[int]:
        prices: list[int] = []
        counts: dict[tuple[CertificateKind, int | None], int] = {}
        for trainee in trainees:
            awards = self.random.sample(_AWARDS, self.random.choice((0, 1, 1, 1, 2)))
            if not awards:
                continue
            self.certified[number, trainee.person] = tuple(
                CertificateFacts(kind, level, f"S{trainee.person}-{place}")
                for place, (kind, level) in enumerate(awards)
            )
            for award in awards:
                counts[award] = counts.get(award, 0) + 1
            if not self._spoil(trainee, awards[0]):
                prices.append(max(self._price(planned, award) for award in awards))
        stranger = (CertificateKind.SKILL_LEVEL, 1)
        if trainees and self.random.random() < 0.2:
            # Somebody who is on no roster got a certificate.
            self.certified[number, 10**6 + number] = (CertificateFacts(*stranger, f"S-{number}"),)
            counts[stranger] = counts.get(stranger, 0) + 1
        self._result(number, counts)
        return prices

    def _draw_counted(self, number: int, planned: Any, trainees: tuple[TraineeFacts, ...]) -> list[int]:
        counts = {
            award: self.random.randint(1, 9)
            for award in self.random.sample(_AWARDS, self.random.randint(0, 3))
        }
        self._result(number, counts)
        prices = sorted(
            (self._price(planned, award) for award, count in counts.items() for _ in range(count)),
            reverse=True,
        )
        spoilt = sum(
            self._spoil(trainee, self.random.choice(list(counts) or [planned])) for trainee in trainees
        )
        return prices[: max(0, len(prices) - spoilt)]

    def _result(self, number: int, counts: dict[tuple[CertificateKind, int | None], int]) -> None:
        self.results += [
            {
                "class_no": number,
                "kind": kind.value,
                "examined_count": count,
                "certified_count": count,
                **({"level": level} if level else {}),
            }
            for (kind, level), count in counts.items()
        ]

    def draw_line(self, number: int) -> None:
        """What is asked for a class: right, less, or too much in heads or in fen."""
        worth = self.worth[number]
        heads = max(1, len(worth) + self.random.choice((0, 0, 0, 0, -1, -3, 1)))
        most = sum(worth[:heads])
        fen = self.random.choice((most, most, self.random.randint(1, most + 1), most - 1, most + 1))
        self.lines.append({"class_no": number, "heads": heads, "amount": yuan_from_fen(max(1, fen))})


def random_claim(random: Random) -> RandomClaim:
    """An application of one to four classes with its claim; some claims ask for too much."""
    drawn = _Drawn(random)
    for number in range(1, random.randint(1, 4) + 1):
        drawn.draw_class(number)
        # For a class that is worth nothing somebody asks now and then.
        if random.random() < (0.95 if drawn.worth[number] else 0.1):
            drawn.draw_line(number)
    form = {
        "applicant": {"name": "鹰城职业技能培训学校（示例）"},
        "opening": {"classes": drawn.classes},
        "training": {"inspections": drawn.inspections},
        "assessment": {"results": drawn.results},
    }
    facts = Facts(
        form=form,
        payload={"claim": {"lines": drawn.lines}},
        roster=drawn.roster,
        people=tuple(drawn.people),
        certified=drawn.certified,
        paid=drawn.paid,
        past=drawn.past,
    )
    return RandomClaim(facts, drawn.worth)
