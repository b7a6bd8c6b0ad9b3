"""`riskbot decide`: the same decision as over HTTP, offline; mistakes are told by their place."""

import json

from riskengine.areas.escalation import EscalationTask, decide

TASK = {"task_id": "t1", "title": "Rotate keys", "services": ["a", "b", "c"], "required_performance_ratio": 1.5}


def test_decision_is_printed_for_people_and_for_programs(shell):
    (shell.directory / "task.json").write_text(json.dumps(TASK))
    said = shell.run_anew("decide", "task.json").stdout
    assert "Escalate: the score 0.5 reaches the decision line 0.5." in said
    assert "claude-opus-5-5 runs in its place" in said
    printed = json.loads(shell.says("decide", "task.json", "--json"))
    assert printed == decide(EscalationTask(**TASK)).model_dump(mode="json", exclude_none=True)


def test_mistakes_in_the_task_are_told_by_field_and_place(shell):
    (shell.directory / "task.json").write_text(json.dumps({"task_id": "t1", "titel": "x"}))
    assert "titel is no known field; did you mean title?" in shell.complains("decide", "task.json")
    (shell.directory / "task.json").write_text('{"task_id": "t1",\n "title": }')
    assert "line 2, column 11" in shell.complains("decide", "task.json")


def test_file_that_is_not_there_is_wrong_use(shell):
    assert "absent.json cannot be read" in shell.complains("decide", "absent.json", code=2)
