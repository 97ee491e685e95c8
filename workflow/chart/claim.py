"""补贴资金申领: acceptance, industry's reviews, the public notice, the reviews of HR and of finance."""

from __future__ import annotations

from workflow.chart.moves import (
    ANYONE,
    APPLICANT,
    FINANCE_REVIEWER,
    HR_REVIEWER,
    HR_REVIEWER_OR_SYSTEM,
    INDUSTRY_REVIEWER,
    ONLY_WHEN_UPHELD,
    UPHELD,
    Guard,
    Move,
    Situation,
    not_upheld,
    reviewer_of,
    upheld,
)
from workflow.vocabulary import Event, State

UP_TO_THE_NOTICE = (
    State.CLAIM_DRAFT,
    State.CLAIM_AWAITING_ACCEPTANCE,
    State.CLAIM_INDUSTRY_FIRST,
    State.CLAIM_INDUSTRY_SECOND,
    State.CLAIM_AWAITING_PUBLICATION,
    State.CLAIM_PUBLIC_NOTICE,
)
AFTER_THE_NOTICE = (
    State.CLAIM_HR_FIRST,
    State.CLAIM_HR_SECOND,
    State.CLAIM_FINANCE_FIRST,
    State.CLAIM_FINANCE_SECOND,
)
STATES = (*UP_TO_THE_NOTICE, *AFTER_THE_NOTICE, State.CLAIM_CORRECTION)

RETURNS = {
    State.CLAIM_AWAITING_ACCEPTANCE: State.CLAIM_AWAITING_ACCEPTANCE,
    State.CLAIM_INDUSTRY_FIRST: State.CLAIM_INDUSTRY_FIRST,
    State.CLAIM_INDUSTRY_SECOND: State.CLAIM_INDUSTRY_FIRST,
    State.CLAIM_AWAITING_PUBLICATION: State.CLAIM_AWAITING_PUBLICATION,
    # What was objected to successfully is published anew.
    State.CLAIM_PUBLIC_NOTICE: State.CLAIM_AWAITING_PUBLICATION,
    State.CLAIM_HR_FIRST: State.CLAIM_HR_FIRST,
    State.CLAIM_HR_SECOND: State.CLAIM_HR_FIRST,
    State.CLAIM_FINANCE_FIRST: State.CLAIM_FINANCE_FIRST,
    State.CLAIM_FINANCE_SECOND: State.CLAIM_FINANCE_FIRST,
}
"""From where a claim can be returned for correction, and where it then comes back to."""

PUBLISHED = (State.CLAIM_HR_FIRST, State.CLAIM_FINANCE_FIRST)
"""What a corrected claim can come back to that has a public notice behind it."""


def goes_to(target: State) -> Guard:
    """After the correction the claim goes to ``target``.

    A claim that changed after its publication is published again instead. One that has not been published
    yet has nothing to repeat, and must not jump over the industry department.
    """

    def holds(situation: Situation) -> bool:
        stored = situation.correction_target
        if situation.publish_again and stored in PUBLISHED:
            return target is State.CLAIM_AWAITING_PUBLICATION
        return stored is target

    return holds


MOVES = (
    Move(Event.SUBMIT, State.CLAIM_DRAFT, State.CLAIM_AWAITING_ACCEPTANCE, APPLICANT),
    Move(Event.ACCEPT, State.CLAIM_AWAITING_ACCEPTANCE, State.CLAIM_INDUSTRY_FIRST, INDUSTRY_REVIEWER),
    Move(Event.APPROVE, State.CLAIM_INDUSTRY_FIRST, State.CLAIM_INDUSTRY_SECOND, INDUSTRY_REVIEWER),
    Move(Event.APPROVE, State.CLAIM_INDUSTRY_SECOND, State.CLAIM_AWAITING_PUBLICATION, INDUSTRY_REVIEWER),
    Move(Event.PUBLISH, State.CLAIM_AWAITING_PUBLICATION, State.CLAIM_PUBLIC_NOTICE, HR_REVIEWER),
    Move(Event.FILE_OBJECTION, State.CLAIM_PUBLIC_NOTICE, State.CLAIM_PUBLIC_NOTICE, ANYONE),
    Move(Event.RESOLVE_OBJECTION, State.CLAIM_PUBLIC_NOTICE, State.CLAIM_PUBLIC_NOTICE, HR_REVIEWER),
    Move(
        Event.CLOSE_NOTICE,
        State.CLAIM_PUBLIC_NOTICE,
        State.CLAIM_HR_FIRST,
        HR_REVIEWER_OR_SYSTEM,
        when=not_upheld,
        on_condition="没有异议成立",
        otherwise="已有异议成立，公示不能结束，只能退回补正或者不予通过",
    ),
    Move(Event.APPROVE, State.CLAIM_HR_FIRST, State.CLAIM_HR_SECOND, HR_REVIEWER),
    Move(Event.APPROVE, State.CLAIM_HR_SECOND, State.CLAIM_FINANCE_FIRST, HR_REVIEWER),
    Move(Event.APPROVE, State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND, FINANCE_REVIEWER),
    Move(Event.APPROVE, State.CLAIM_FINANCE_SECOND, State.DISBURSEMENT_AWAITING_PAYMENT, FINANCE_REVIEWER),
    Move(Event.RETURN_TO_FIRST, State.CLAIM_INDUSTRY_SECOND, State.CLAIM_INDUSTRY_FIRST, INDUSTRY_REVIEWER),
    Move(Event.RETURN_TO_FIRST, State.CLAIM_HR_SECOND, State.CLAIM_HR_FIRST, HR_REVIEWER),
    Move(Event.RETURN_TO_FIRST, State.CLAIM_FINANCE_SECOND, State.CLAIM_FINANCE_FIRST, FINANCE_REVIEWER),
    *(
        Move(Event.RETURN_FOR_CORRECTION, source, State.CLAIM_CORRECTION, reviewer_of(source))
        for source in RETURNS
        if source is not State.CLAIM_PUBLIC_NOTICE
    ),
    Move(
        Event.RETURN_FOR_CORRECTION,
        State.CLAIM_PUBLIC_NOTICE,
        State.CLAIM_CORRECTION,
        HR_REVIEWER,
        when=upheld,
        on_condition=UPHELD,
        otherwise=ONLY_WHEN_UPHELD,
    ),
    *(
        Move(
            Event.SUBMIT,
            State.CLAIM_CORRECTION,
            target,
            APPLICANT,
            when=goes_to(target),
            on_condition="含公示后有变动的" if target is State.CLAIM_AWAITING_PUBLICATION else "",
        )
        for target in dict.fromkeys(RETURNS.values())
    ),
)
