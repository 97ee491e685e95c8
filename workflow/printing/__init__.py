"""The official form (附件2) on paper: its rows and cells, and the typesetter that makes a PDF of them.

Pure but for the typesetter: in goes an application as it is answered, masked; nothing else is printed.
"""

from __future__ import annotations

from workflow.printing.fonts import FontsMissing
from workflow.printing.sheet import Imprint, sheet_of
from workflow.printing.typesetting import typeset

__all__ = ["FontsMissing", "Imprint", "sheet_of", "typeset"]
