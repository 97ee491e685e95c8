"""``python -m workflow.printing`` says with which font the official form is printed, or what is missing."""

from __future__ import annotations

import os
import sys

from workflow.printing.fonts import FontsMissing, find_fonts

try:
    # Asked while the machine is prepared: the other settings may still be wrong.
    print(find_fonts(os.environ.get("SUBSIDY_FONT_PATH", "").strip()).families[0])
except FontsMissing as missing:
    sys.exit(missing.message)
