"""The document describes what is served and nothing else, and a fuzzer that reads it finds no fault of ours."""

import asyncio
import json
import re
import sys

from jsonschema import Draft202012Validator

from bot.ingest.escalations import LONGEST_WAIT
from bot.ingest.tokens import Scope
from bot.settings import HttpSettings
from tests.ingest.conftest import Works, make_app, serving

SECONDS = 15

#: An item that is wrong in a batch is answered in the batch's answer, so a wrong body may be a success; and lengths
#: that are told in bytes are checked in bytes, which JSON Schema cannot say. Nor can it say whose address may be called,
#: who is a person in Slack, or which of two moments is the later one. Of other programs' forms only
#: what is used is described.
CONFIG = """
[[operations]]
include-path = "/v1/alerts"
include-method = "POST"
checks.negative_data_rejection.enabled = false
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path = "/v1/hooks/alertmanager"
checks.negative_data_rejection.enabled = false

[[operations]]
include-path-regex = "^(/v1/hooks/litellm|/otlp/v1/.*)$"
checks.negative_data_rejection.enabled = false
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path = "/v1/escalations"
include-method = "POST"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path = "/v1/costs"
checks.positive_data_acceptance.enabled = false
"""


async def test_a_schema_driven_fuzz_finds_no_fault(sqlite, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    async with serving(sqlite, HttpSettings(requests_per_minute=1_000_000, burst=100_000)) as api:
        fuzz = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{api.base_url}/openapi.json",
            f"--header=Authorization: Bearer {api.token}",
            f"--max-time={SECONDS}",
            # One call waits for a decision, for as long as it is asked to.
            f"--request-timeout={LONGEST_WAIT + 30}",
            "--seed=1",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await fuzz.communicate()
        assert fuzz.returncode == 0, said.decode()
        counted = (await api.client.get("/metrics")).text
        assert 'status="500"' not in counted
        assert 'status="503"' not in counted


async def test_what_is_served_is_documented_and_the_reverse(sqlite):
    app, _ = make_app(sqlite, HttpSettings(), Works())
    async with serving(sqlite) as api:
        document = (await api.client.get("/openapi.json")).json()
        assert document["openapi"] == "3.1.0"
        assert {route.path for route in app.routes} == document["paths"].keys()
        async with api.with_token(None) as stranger:
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    answer = await stranger.request(method, path.replace("{id}", "1").replace("{name}", "start.js"))
                    assert str(answer.status_code) in operation["responses"]
                    assert (answer.status_code == 401) == bool(operation["security"]), path


async def test_every_part_is_sound_and_used(sqlite):
    async with serving(sqlite) as api:
        document = (await api.client.get("/openapi.json")).json()
    text = json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    scoped = [each for each in operations if each["security"]]
    assert all(any(f"Scope: `{scope}`" in each["description"] for scope in Scope) for each in scoped)


async def test_the_page_asks_nobody_else(sqlite):
    async with serving(sqlite) as api, api.with_token(None) as stranger:
        page = await stranger.get("/docs")
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "://" not in page.text
        for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            answer = await stranger.get(asset)
            assert (answer.status_code, len(answer.content) > 100) == (200, True), asset
