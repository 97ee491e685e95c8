"""The printed form 年度补贴培训资金申请表: everything that people type, one file per section; pure.

``read_new_application``, ``read_patch`` and ``read_payload`` are the ways in and raise ``Malformed`` with
Chinese messages; ``completeness`` says what is missing before submission. ``stored()`` of any model and
``sections()`` of an application give the JSON shape of the form document.
"""

from workflow.form.application import (
    ApplicationPatch,
    NewApplication,
    completeness,
    is_individual,
    read_new_application,
    read_patch,
)
from workflow.form.pages import Input, from_inputs, inputs_of
from workflow.form.payloads import PAYLOADS, read_payload
from workflow.form.reading import read

__all__ = [
    "PAYLOADS",
    "ApplicationPatch",
    "Input",
    "NewApplication",
    "completeness",
    "from_inputs",
    "inputs_of",
    "is_individual",
    "read",
    "read_new_application",
    "read_patch",
    "read_payload",
]
