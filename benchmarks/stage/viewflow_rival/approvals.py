"""One approval as viewflow's own view carries it out, without its request, form and page."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connections, transaction
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from benchmarks.stage.viewflow_rival.flows import ApprovalFlow


class Approvals:
    """Flows that are started and approved in this process."""

    def __init__(self) -> None:
        self._reviewer = User.objects.create(username="reviewer")

    def start(self, count: int) -> list[int]:
        """New applications; their ids."""
        return [ApprovalFlow.start.run().pk for _ in range(count)]

    def waiting(self, applications: list[int]) -> list[tuple[int, int]]:
        """The task that each of these applications waits in."""
        found = Task.objects.filter(process__in=applications, status=STATUS.NEW).order_by("process")
        return list(found.values_list("process", "pk"))

    def approve(self, process_id: int, task_id: int) -> None:
        """Assign and execute one task in one transaction (over HTTP they are two): see ``wrap_view``.

        Lock the process, read the task, check who may, assign, start, store the form, finish the task and
        make the next one. No audit trail, no clocks, no outbox, no command id.
        """
        with ApprovalFlow.lock(process_id), transaction.atomic():
            task = Task.objects.get(pk=task_id)
            node = task.flow_task
            activation = node.activation_class(task)
            assert node.can_assign(self._reviewer, task)
            activation.assign(self._reviewer)
            assert node.can_execute(self._reviewer, task)
            activation.start(None)
            activation.process.opinion = "材料齐全，同意"
            activation.process.save()
            activation.execute()

    def close(self) -> None:
        """Lets go of the database."""
        connections.close_all()
