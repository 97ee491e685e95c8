"""What may not lie in the repository, and what its lock files must hold."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements-build.txt", "requirements.txt", "requirements-test.txt", "requirements-bench.txt")
VENDORED = "web/static/vendor/"


def _tracked() -> list[str]:
    """The files of the repository; what is new and not ignored counts already."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return sorted(name for name in names if name and (ROOT / name).is_file())
    skipped = {".venv", "var", ".git"}
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(p in skipped or p.endswith("_cache") for p in path.relative_to(ROOT).parts)
    )


def _found(pattern: str, *, vendored: bool = True) -> list[str]:
    expression = re.compile(pattern)
    found = []
    for name in _tracked():
        if not vendored and name.startswith(VENDORED):
            continue
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            match = expression.search(line)
            if match:
                found.append(f"{name}:{number}: {match.group()}")
    return found


def _pins(lock: str) -> dict[str, list[Requirement]]:
    """The pinned packages of a lock file. One package may have several pins, for several Pythons."""
    joined = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    pins: dict[str, list[Requirement]] = {}
    for line in joined.splitlines():
        requirement = Requirement(line.split("--hash", 1)[0].strip())
        pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pins


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert _found(r"(?<![\w.:/-])/(?:root|home/\w+|Users/\w+|work|farm|tmp|opt)/\S*", vendored=False) == []


def test_no_file_names_a_package_registry() -> None:
    hosts = (
        r"pypi[.](?:org|tuna)|pythonhosted[.]org|mirrors?[.]\w+[.]\w+|registry[.](?:npmjs|npmmirror|yarnpkg)"
    )
    options = r"--?(?:extra-)?index[-_]url|--find[-]links|(?:resolved|registry)\"?[=:] ?\"?https?:"
    assert _found(f"{hosts}|{options}") == []


def test_no_file_holds_a_secret() -> None:
    assert (
        _found(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bxox[abprs]-\w{10}")
        == []
    )


def test_nothing_generated_is_tracked() -> None:
    generated = re.compile(
        r"(^|/)(\.venv|var|__pycache__|\.\w+_cache|node_modules)/|\.(db|pyc|sqlite3?)$|^uv\.lock$"
    )
    assert [name for name in _tracked() if generated.search(name)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_with_its_hashes(lock: str) -> None:
    joined = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = joined.splitlines()
    assert lines
    form = re.compile(r"[a-z0-9][a-z0-9.\-]*==[^\s;]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [line[:80] for line in lines if not form.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("lock", "extra"),
    [("requirements.txt", None), ("requirements-test.txt", "test"), ("requirements-bench.txt", "bench")],
)
def test_every_declared_dependency_is_locked_at_an_allowed_version(lock: str, extra: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *(project["optional-dependencies"][extra] if extra else [])]
    pins = _pins(lock)
    for requirement in map(Requirement, declared):
        found = pins.get(canonicalize_name(requirement.name), [])
        assert found, f"{requirement.name} 不在 {lock} 中，请运行 make lock"
        for pin in found:
            version = str(pin.specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{pin} 不符合 {requirement}，请运行 make lock"


@pytest.mark.parametrize("lock", ["requirements-build.txt", "requirements.txt", "requirements-bench.txt"])
def test_the_tests_run_with_the_versions_that_are_delivered(lock: str) -> None:
    tested = _pins("requirements-test.txt")
    for name, requirements in _pins(lock).items():
        if name in tested:
            assert {str(item.specifier) for item in requirements} == {
                str(item.specifier) for item in tested[name]
            }


def test_every_folder_of_tests_is_a_package() -> None:
    # Without it a folder named like a package of the product would stand in its place.
    folders = {Path(name).parent for name in _tracked() if re.fullmatch(r"tests/.*\.py", name)}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("name", [".ci/run", "tools/prepare"])
def test_a_script_may_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_every_command_of_the_makefile_is_explained() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make (\w+)", listed)) >= {"setup", "run", "test", "lint", "bench", "soak", "help"}
