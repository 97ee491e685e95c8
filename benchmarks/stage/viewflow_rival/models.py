"""An application under review: viewflow's process with the one column that a reviewer fills."""

from __future__ import annotations

from django.db import models
from viewflow.workflow.models import Process


class Application(Process):  # type: ignore[misc]
    """What is approved."""

    opinion = models.TextField(default="")
