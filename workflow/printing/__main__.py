"""``python -m workflow.printing`` says with which font the official form is printed, or what is missing."""

from __future__ import annotations

import sys

from workflow.printing.fonts import FontsMissing, find_fonts
from workflow.settings import SettingsError, read_settings

try:
    print(find_fonts(read_settings().font_path).families[0])
except (FontsMissing, SettingsError) as refused:
    sys.exit(str(refused))
