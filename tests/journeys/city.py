"""A small city for whole applications: its people, a clock that is set, and events sent through the door."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from tests.year_list import list_everybody
from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.demonstration.trainees import identity_number
from workflow.form.funds import FundEntry
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import applications, door, funds, rosters, sweep
from workflow.services.product import Product
from workflow.services.warnings import is_before
from workflow.vocabulary import (
    LEDGER_SIDES,
    ApplicationKind,
    Department,
    FundSource,
    LedgerKind,
    Role,
    State,
)

DATA = Path(__file__).parents[1] / "examples"
CITY, COUNTY, ZHONGMU = "410400", "410421", "410122"
KINDS = {
    "individual": ApplicationKind.INDIVIDUAL,
    "enterprise": ApplicationKind.ENTERPRISE,
    "assessment_body": ApplicationKind.ASSESSMENT_BODY,
    "agency": ApplicationKind.EMPLOYMENT_AGENCY,
}
PEOPLE: tuple[tuple[str, Role, Department | None], ...] = (
    ("institution", Role.APPLICANT, None),
    ("institution2", Role.APPLICANT, None),
    ("individual", Role.APPLICANT, None),
    ("enterprise", Role.APPLICANT, None),
    ("enterprise2", Role.APPLICANT, None),
    ("assessment_body", Role.APPLICANT, None),
    ("assessment_body2", Role.APPLICANT, None),
    ("agency", Role.APPLICANT, None),
    ("industry1", Role.REVIEWER, Department.INDUSTRY),
    ("industry2", Role.REVIEWER, Department.INDUSTRY),
    ("industry_head", Role.HEAD, Department.INDUSTRY),
    ("hr1", Role.REVIEWER, Department.HR),
    ("hr2", Role.REVIEWER, Department.HR),
    ("hr_head", Role.HEAD, Department.HR),
    ("inspector", Role.INSPECTOR, Department.HR),
    ("finance1", Role.REVIEWER, Department.FINANCE),
    ("finance2", Role.REVIEWER, Department.FINANCE),
    ("cashier", Role.CASHIER, Department.FINANCE),
    ("finance_head", Role.HEAD, Department.FINANCE),
    ("office", Role.OFFICE, None),
    ("auditor", Role.AUDITOR, None),
    ("admin", Role.ADMIN, None),
)
EVERYWHERE = {Role.OFFICE, Role.AUDITOR, Role.ADMIN}
# The years in which the journeys decide and pay.
FUNDED_YEARS = (2025, 2026, 2027, 2028)
FUNDED_FEN = 100_000_000_00
COMMITMENT = {"accepted": True, "signatory": "示例负责人"}


def _uscc(login: str) -> str:
    return f"52{login[-16:]:>16}"


class City:
    """The accounts of a city and a county, their pools of funds, and one application at a time under way."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.actors: dict[str, Actor] = {}
        self.application: dict[str, Any] = {}
        # Which roster an application has, in the order in which they were filled.
        self.rosters: dict[int, int] = {}
        with writing(product.engine) as connection:
            for region, suffix in ((CITY, ""), (COUNTY, "_bf"), (ZHONGMU, "_zm")):
                for login, role, department in PEOPLE:
                    if suffix and role in EVERYWHERE:
                        continue
                    self._settle(connection, login + suffix, role, department, region)
                list_everybody(
                    connection,
                    region,
                    entered_by=self.actors["hr1" + suffix].account_id,
                    more=[_uscc(login + suffix) for login, role, _ in PEOPLE if role is Role.APPLICANT],
                )
            fund(connection, [CITY, COUNTY, ZHONGMU], FUNDED_YEARS, list(FundSource), FUNDED_FEN)

    def _settle(
        self, connection: Any, login: str, role: Role, department: Department | None, region: str
    ) -> None:
        kind = next(
            (kind for name, kind in KINDS.items() if login.startswith(name)), ApplicationKind.INSTITUTION
        )
        organisation_id = None
        if role is Role.APPLICANT and kind is not ApplicationKind.INDIVIDUAL:
            organisation_id = connection.execute(
                insert(tables.organisation)
                .values(name=login, uscc=_uscc(login), kind=kind.value, region=region)
                .returning(tables.organisation.c.id)
            ).scalar_one()
        account_id = connection.execute(
            insert(tables.account)
            .values(
                login=login,
                name=f"示例{login}",
                password_hash="-",
                role=role.value,
                department=department.value if department else None,
                region=None if role in EVERYWHERE else region,
                applicant_kind=kind.value if role is Role.APPLICANT else None,
                organisation_id=organisation_id,
                created_at=datetime(2026, 1, 1, tzinfo=SHANGHAI),
            )
            .returning(tables.account.c.id)
        ).scalar_one()
        self.actors[login] = Actor(
            account_id=account_id,
            login=login,
            name=f"示例{login}",
            role=role,
            department=department,
            region=None if role in EVERYWHERE else region,
            organisation_id=organisation_id,
            applicant_kind=kind if role is Role.APPLICANT else None,
        )

    # --- time ----------------------------------------------------------------------------------------------

    def at(self, moment: str) -> City:
        """Sets the business clock: ``2026-10-15`` is nine in the morning, a time may follow."""
        day, _, time = moment.partition(" ")
        now = datetime.fromisoformat(f"{day}T{time or '09:00'}:00+08:00")
        with writing(self.product.engine) as connection:
            connection.execute(delete(tables.test_clock))
            connection.execute(insert(tables.test_clock).values(id=1, now_at=now))
        return self

    def sweep(self) -> int:
        """One sweep at the present moment; answers how many rungs were given."""
        return sweep.sweep(self.product)["raised"]

    # --- the application -----------------------------------------------------------------------------------

    def apply(self, login: str = "institution", roster: bool = True, **changes: Any) -> dict[str, Any]:
        """A new draft of the example's form, with its roster."""
        body = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
        body["region"] = self.actors[login].region
        body["opening"]["classes"][0] |= changes
        self.application = applications.create_application(self.product, actor=self.actors[login], body=body)
        if roster:
            self.fill_roster(login)
        return self.application

    def apply_as_individual(self, login: str = "individual") -> dict[str, Any]:
        """A new draft of the example's individual."""
        body = json.loads((DATA / "application-individual.json").read_text(encoding="utf-8"))
        body["region"] = self.actors[login].region
        self.application = applications.create_application(self.product, actor=self.actors[login], body=body)
        return self.application

    def fill_roster(self, login: str = "institution", count: int = 50) -> None:
        """The example's roster or its first rows; other people in every further application."""
        rows = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[:count]
        earlier = self.rosters.setdefault(self.application["id"], len(self.rosters))
        for place, row in enumerate(rows):
            if earlier:
                row["id_number"] = identity_number(earlier * 1_000 + place)
        rosters.replace_roster(
            self.product,
            actor=self.actors[login],
            application_id=self.application["id"],
            rows=rows,
            expected_version=None,
        )
        self.look(login)

    def look(self, login: str = "auditor") -> dict[str, Any]:
        """The application as this person sees it now."""
        self.application = applications.read_application(
            self.product, actor=self.actors[login], application_id=self.application["id"]
        )
        return self.application

    def send(self, login: str | None, event: str, **payload: Any) -> dict[str, Any]:
        """Sends an event as this person, with the newest version; answers the application.

        Who approves answers the warnings, unless ``answers`` are given.
        """
        self.look()
        if event == "approve" and self.unanswered():
            payload = {"answers": self.answers()} | payload
        answer = door.send_event(
            self.product,
            actor=self.actors[login] if login else None,
            application_id=self.application["id"],
            event=event,
            payload=payload,
            expected_version=self.application["version"] if login else None,
            command_id=uuid.uuid4().hex,
        )
        self.look()
        return answer

    def unanswered(self) -> list[dict[str, Any]]:
        """The warnings before the present reviewers that nobody has answered, as last looked at."""
        state = State(self.application["state"])
        return [
            finding
            for finding in self.application["findings"]
            if is_before(finding, state) and finding["answer"] is None
        ]

    def answers(self, text: str = "已核实，情况属实") -> list[dict[str, str]]:
        """An answer to each of them."""
        places = dict.fromkeys((warning["rule"], warning["where"]) for warning in self.unanswered())
        return [{"rule": rule, "where": where, "answer": text} for rule, where in places]

    def clock(self, kind: str, index: int = -1) -> dict[str, Any]:
        """The newest clock of a kind, as it stands at the present moment."""
        self.look()
        clock: dict[str, Any] = [each for each in self.application["clocks"] if each["kind"] == kind][index]
        return clock

    def figures(self, kind: str) -> tuple[str, str | None, int, int]:
        """State, due date, used and left days of the newest clock of a kind."""
        clock = self.clock(kind)
        return clock["state"], clock["due_on"], clock["used_days"], clock["left_days"]

    @property
    def state(self) -> str:
        """Where the application stands."""
        state: str = self.look()["state"]
        return state

    # --- shortcuts: the straight way to a state, day by day as in the example ------------------------------

    def to_opening_review(self) -> City:
        """Submitted on 31 August 2026."""
        self.at("2026-08-31").apply()
        self.send("institution", "submit")
        return self

    def to_training(self) -> City:
        """Opened by both departments, 4 September 2026."""
        self.to_opening_review()
        self.at("2026-09-01 10:00").send("industry1", "approve", opinion="同意")
        self.at("2026-09-02 10:00").send("industry2", "approve", opinion="同意")
        self.at("2026-09-03 10:00").send("hr1", "approve", opinion="同意")
        self.at("2026-09-04 10:00").send("hr2", "approve", opinion="同意")
        return self

    def to_assessment(self, present: int = 48) -> City:
        """Trained, and to be assessed on 24 September 2026."""
        self.to_training()
        self.at("2026-09-07 09:00").send(
            "inspector",
            "record_opening_inspection",
            class_no=1,
            inspected_at="2026-09-07T08:40:00+08:00",
            present_count=50,
            sign_in="签到50人",
            materials="齐全",
        )
        for day in ("2026-09-10", "2026-09-16"):
            self.at(f"{day} 16:00").inspect(day, present)
        self.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
        self.at("2026-09-21 09:30").send("hr1", "approve", opinion="过程规范")
        self.at("2026-09-21 10:05").send("institution", "propose_assessment", assess_on="2026-09-24")
        return self

    def to_claim_draft(self, present: int = 48, certified: int = 45) -> City:
        """Trained and assessed, 28 September 2026."""
        self.to_assessment(present)
        result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47}
        self.at("2026-09-24 17:00").send(
            "inspector", "record_results", results=[result | {"certified_count": certified}]
        )
        self.at("2026-09-28 09:00").send("hr1", "approve", opinion="考核属实")
        return self

    def inspect(self, day: str, present: int) -> None:
        """A check during the training."""
        self.send(
            "inspector",
            "record_inspection",
            class_no=1,
            inspected_at=f"{day}T14:30:00+08:00",
            place="实训楼",
            teachers="3人到岗",
            present_count=present,
        )

    def claim(self, heads: int = 45, amount: str = "54000.00") -> dict[str, Any]:
        """The payload of a claim."""
        return {"lines": [{"class_no": 1, "heads": heads, "amount": amount}], "commitment": COMMITMENT}

    def to_acceptance(self) -> City:
        """Claimed on 28 September 2026, in the afternoon."""
        self.to_claim_draft()
        self.at("2026-09-28 15:05").send("institution", "submit", claim=self.claim())
        return self

    def to_industry_review(self) -> City:
        """Accepted on 29 September 2026."""
        self.to_acceptance()
        self.at("2026-09-29 09:00").send("industry1", "accept")
        return self

    def to_publication(self) -> City:
        """Handed to HR on 14 October 2026."""
        self.to_industry_review()
        self.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
        self.at("2026-10-14 10:00").send("industry2", "approve", opinion="同意")
        return self

    def to_notice(self) -> City:
        """Published on 15 October 2026; the minimum is over with 22 October."""
        self.to_publication()
        self.at("2026-10-15 09:00").send("hr1", "publish", site="市人力资源和社会保障局官网")
        return self

    def to_hr_review(self) -> City:
        """The notice is closed on 23 October 2026."""
        self.to_notice()
        self.at("2026-10-23 09:00").send("hr2", "close_notice")
        return self

    def to_finance(self) -> City:
        """Handed to finance on 27 October 2026."""
        self.to_hr_review()
        self.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
        self.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
        return self

    def to_payment(self) -> City:
        """Approved by finance on 30 October 2026."""
        self.to_finance()
        self.at("2026-10-29 10:00").send("finance1", "approve", opinion="同意")
        self.at("2026-10-30 10:00").send("finance2", "approve", opinion="同意")
        return self

    def leave_funds(self, year: int = 2026, login: str = "finance_head", **left: str) -> None:
        """Leaves only so many yuan in the pools of a year, by source; what is not named is emptied."""
        with writing(self.product.engine) as connection:
            today = connection.execute(select(tables.test_clock.c.now_at)).scalar_one().astimezone(SHANGHAI)
        actor = self.actors[login]
        for pool in funds.list_pools(self.product, actor=actor, year=year)["items"]:
            change = fen_from_yuan(left.get(pool["source"], "0.00")) - fen_from_yuan(pool["available"])
            if change:
                entry = FundEntry(
                    year=year,
                    source=FundSource(pool["source"]),
                    amount=yuan_from_fen(abs(change)),
                    document=f"测调{uuid.uuid4().hex[:8]}",
                    happened_on=today.date(),
                )
                carry_out = funds.appropriate if change > 0 else funds.withdraw
                carry_out(self.product, actor=actor, entry=entry)

    def pay(self, amount: str = "54000.00", voucher: str = "V-1", **changes: Any) -> dict[str, Any]:
        """A payment on the present day."""
        with writing(self.product.engine) as connection:
            today = connection.execute(select(tables.test_clock.c.now_at)).scalar_one().astimezone(SHANGHAI)
        payload = {"amount": amount, "paid_on": today.date().isoformat(), "source": "special_account"}
        return self.send("cashier", "pay", **(payload | {"voucher": voucher} | changes))


def fund(
    connection: Any, regions: Sequence[str], years: Sequence[int], sources: Sequence[FundSource], fen: int
) -> None:
    """Pools with an opening each, as a migration would write them."""
    pools = tables.fund_pool
    stands = {"available_fen": fen, "reserved_fen": 0, "paid_fen": 0}
    places = [(region, year, source.value) for region in regions for year in years for source in sources]
    rows = [
        {"region": region, "year": year, "source": source, "movement_count": 1, **stands}
        for region, year, source in places
    ]
    connection.execute(insert(pools), rows)
    gives, takes = LEDGER_SIDES[LedgerKind.APPROPRIATION]
    stored = connection.execute(select(pools).where(pools.c.movement_count == 1)).mappings().all()
    connection.execute(
        insert(tables.ledger_movement),
        [
            {
                "pool_id": pool["id"],
                "sequence": 1,
                "kind": LedgerKind.APPROPRIATION.value,
                "from_account": gives.value,
                "to_account": takes.value,
                "amount_fen": fen,
                "happened_on": date(pool["year"], 1, 1),
                "recorded_at": datetime(pool["year"], 1, 1, 9, tzinfo=SHANGHAI),
                "document": f"测预〔{pool['year']}〕1号",
                **stands,
            }
            for pool in stored
            if (pool["region"], pool["year"], pool["source"]) in set(places)
        ],
    )
