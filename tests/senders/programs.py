"""Runs programs of others with the Python of the place that `make senders` has made for them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".senders" / "bin" / "python"
FOREIGN = Path(__file__).parent / "foreign"
#: LiteLLM alone takes some seconds to be imported.
PATIENCE_SECONDS = 90


def run(program: str, *arguments: str, **environment: str) -> Any:
    """What the program prints last, as JSON."""
    if not PYTHON.exists():
        pytest.fail("LiteLLM and OpenTelemetry are not installed; `make senders` does it.")
    # A proxy of the environment has no business between two programs of this machine.
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies and name != "PYTHONPATH"}
    done = subprocess.run(
        [PYTHON, FOREIGN / f"{program}.py", *arguments],
        env={**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])
