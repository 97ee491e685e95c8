"""Where the real Chromium of the browser tests is. ``python -m tests.chromium`` prints it, or fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The path of a Chromium that starts: the system's, else the one playwright has downloaded."""
    for name in _NAMES:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    return _downloaded()


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser may be an empty shell around snap.
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _downloaded() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


if __name__ == "__main__":
    found = find_chromium()
    if found is None:
        sys.exit("没有找到可以启动的 Chromium")
    print(found)
