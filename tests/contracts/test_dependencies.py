"""Every dependency says in docs/decisions why it is there, and none that is gone still does."""

import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    written = [*project["project"]["dependencies"], *chain.from_iterable(project["dependency-groups"].values())]
    return {NAME.match(each)[0] for each in written}


def explained():
    page = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    return {
        name for line in page.splitlines() if line.startswith("- ") for name in re.findall(r"\*\*([^*]+)\*\*", line)
    }


def test_every_dependency_is_explained():
    assert explained() == required()


def test_every_requirement_is_pinned_with_a_hash():
    for file in ROOT.glob("requirements*.txt"):
        text = file.read_text()
        entries = [each for each in re.split(r"\n(?=\S)", text) if not each.startswith("#")]
        assert [each for each in entries if each.strip() and ("==" not in each or "--hash=sha256:" not in each)] == []


def test_licence_is_the_apache_licence():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
