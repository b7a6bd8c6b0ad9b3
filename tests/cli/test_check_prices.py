"""What `riskbot check` says of the table of prices."""

from datetime import timedelta

from bot.checks.findings import Verdict
from bot.checks.prices import examine
from bot.clock import Clock
from bot.settings import Settings


def lines_of(tmp_path, text: str):
    path = tmp_path / "prices.yml"
    path.write_text(text)
    return examine(Settings(pricing={"file": str(path)}))


def test_the_shipped_table_is_sound_and_a_retired_model_is_said():
    table, stronger = examine(Settings())
    assert (table.verdict, stronger.verdict) == (Verdict.OK, Verdict.OK)
    assert "compared with the providers on" in table.detail
    assert "claude-opus-5-5 runs in its place" in stronger.detail


def test_increases_to_come_are_named(tmp_path):
    today = Clock().now().date()
    soon, past = today + timedelta(days=9), today - timedelta(days=9)
    lines = lines_of(
        tmp_path,
        f"""checked_on: {today}
models:
  - name: glm-4.5
    also: [claude-4.1-opus]
    prices:
      - {{input: "1", output: "2"}}
      - {{since: {past}, input: "2", output: "2"}}
      - {{since: {soon}, input: "2", output: "3"}}
""",
    )
    assert [line.detail for line in lines[1:]] == [f"glm-4.5 costs more from {soon} on (output)"]


def test_mistakes_and_models_without_a_price_fail(tmp_path):
    line, *_ = lines_of(tmp_path, "checked_on: 2026-11-22\nmodels: [{name: m, prices: [{input: 1, output: x}]}]")
    assert line.verdict is Verdict.FAIL
    assert "models.0.prices.0.output" in line.detail
    _, default, stronger = lines_of(tmp_path, "checked_on: 2026-11-22\nmodels: []")
    assert "escalation.default_model glm-4.5 is unpriced" in default.detail
    assert stronger.verdict is Verdict.FAIL
