"""Four approvals, then the training that they allow, as the product has it.

Each is a human task, as viewflow's cookbook declares them.
"""

from __future__ import annotations

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views

from benchmarks.stage.viewflow_rival.models import Application

_OPINION = views.UpdateProcessView.as_view(fields=["opinion"])


class ApprovalFlow(flow.Flow):  # type: ignore[misc]
    """Industry department first and second, then HR first and second."""

    process_class = Application
    # What its documentation recommends on PostgreSQL: the row lock, as the product's door takes it.
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.opening_industry_first)
    opening_industry_first = flow.View(_OPINION).Next(this.opening_industry_second)
    opening_industry_second = flow.View(_OPINION).Next(this.opening_hr_first)
    opening_hr_first = flow.View(_OPINION).Next(this.opening_hr_second)
    opening_hr_second = flow.View(_OPINION).Next(this.training_awaiting_start)
    training_awaiting_start = flow.View(_OPINION).Next(this.end)
    end = flow.End()
