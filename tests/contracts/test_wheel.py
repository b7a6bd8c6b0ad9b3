"""The wheel carries what lies beside the packages: riskbot works where there is no checkout."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RISKBOT_", "PYTHON"))}
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """riskbot from its wheel, in a directory of its own; the libraries are those of the environment of the tests."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home / "dist"), cwd=ROOT)
    (wheel,) = (home / "dist").glob("riskbot-*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run(*pip, "--no-deps", "--no-index", "--target", str(home / "site"), str(wheel), cwd=home)
    return home


def riskbot(installed, *words):
    """Run it from the wheel: `-S` leaves out the editable installation of the checkout."""
    program = "import sys; from bot.cli import main; sys.exit(main())"
    libraries = os.pathsep.join([str(installed / "site"), sysconfig.get_path("purelib")])
    return run(sys.executable, "-S", "-c", program, *words, cwd=installed, PYTHONPATH=libraries)


def test_wheel_is_what_runs(installed):
    program = "import bot, bot.paths as paths; print(bot.__file__, paths.MIGRATIONS, paths.TEMPLATES, paths.MANIFEST)"
    libraries = os.pathsep.join([str(installed / "site"), sysconfig.get_path("purelib")])
    said = run(sys.executable, "-S", "-c", program, cwd=installed, PYTHONPATH=libraries).split()
    assert all(Path(each).is_relative_to(installed / "site") for each in said)
    assert all(Path(each).exists() for each in said)


def test_wheel_migrates(installed):
    assert "went from empty" in riskbot(installed, "migrate")
    assert (installed / "riskbot.db").is_file()


def test_wheel_has_every_data_file(installed):
    data = installed / "site" / "bot" / "_data"
    for folder in ("templates", "migrations"):
        ours = {each.relative_to(ROOT) for each in (ROOT / folder).rglob("*") if each.suffix not in {"", ".pyc"}}
        theirs = {
            each.relative_to(data) for each in data.joinpath(folder).rglob("*") if each.suffix not in {"", ".pyc"}
        }
        assert ours == theirs
    assert (data / "manifest.yml").read_text() == (ROOT / "manifest.yml").read_text()


def test_wheel_has_the_sandbox_page(installed):
    assert (installed / "site" / "bot" / "sandbox" / "page" / "index.html").is_file()


def test_wheel_installs_the_command(installed):
    assert (installed / "site" / "bin" / "riskbot").is_file()
