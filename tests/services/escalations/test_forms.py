"""A task as a person types it: the same task that a program would send, or what is wrong at which field."""

from decimal import Decimal

import pytest

from bot.services.escalations.forms import Field, Flag, TaskForm, task_of, with_reason
from riskengine.areas.escalation.task import SUMMARY_LENGTH, TITLE_LENGTH


def test_everything_that_was_told():
    task = task_of(
        TaskForm(
            title="  Rewrite it ",
            summary=" Sessions. ",
            services="login, sessions,\n billing ,,",
            security_types=("auth_bypass",),
            complexity="0,8",
            performance="1.5",
            role=" architect ",
            quality="Too few tests\n\nNobody reviewed it",
            flags=frozenset({Flag.PRODUCTION_OUTAGE}),
            emergency="Nobody can log in.",
        ),
        "slack:V1",
    )
    assert task.model_dump(exclude_none=True) == {
        "task_id": "slack:V1",
        "title": "Rewrite it",
        "summary": "Sessions.\n\nEmergency: Nobody can log in.",
        "services": ("login", "sessions", "billing"),
        "security_types": ("auth_bypass",),
        "complexity_score": Decimal("0.8"),
        "required_performance_ratio": Decimal("1.5"),
        "role": "architect",
        "quality_concerns": ("Too few tests", "Nobody reviewed it"),
        "emergency": False,
        "production_outage": True,
        "quality_critical": False,
    }


def test_what_is_empty_was_not_told():
    task = task_of(TaskForm(title="Rewrite it", services=" , ", complexity=" "), "slack:V1")
    assert (task.services, task.complexity_score, task.role, task.quality_concerns) == (None, None, None, None)


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (TaskForm(title=" "), Field.TITLE, "at least a word"),
        (TaskForm(title="x" * (TITLE_LENGTH + 1)), Field.TITLE, "at most 300 characters"),
        (TaskForm(title="A", complexity="1.01"), Field.COMPLEXITY, "less than or equal to 1"),
        (TaskForm(title="A", complexity="much"), Field.COMPLEXITY, "no number"),
        (TaskForm(title="A", complexity="nan"), Field.COMPLEXITY, "finite number"),
        (TaskForm(title="A", performance="-1"), Field.PERFORMANCE, "greater than or equal to 0"),
        (TaskForm(title="A", role="x" * 200), Field.ROLE, "at most 128 characters"),
        (TaskForm(title="A", quality="x" * 501), Field.QUALITY, "at most 500 characters"),
        (TaskForm(title="A", services=",".join(f"s{n}" for n in range(201))), Field.SERVICES, "at most 200 items"),
        (TaskForm(title="A", flags=frozenset({Flag.EMERGENCY})), Field.EMERGENCY, "Say what the emergency is"),
        (TaskForm(title="A", emergency="Fire"), Field.EMERGENCY, "Tick that it is an emergency"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(form, field, words):
    problems = task_of(form, "slack:V1")
    assert set(problems) == {field}
    assert words in problems[field]


def test_every_mistake_at_once():
    form = TaskForm(title=" ", complexity="8", flags=frozenset({Flag.EMERGENCY}))
    assert set(task_of(form, "slack:V1")) == {Field.TITLE, Field.COMPLEXITY, Field.EMERGENCY}


def test_a_reason_is_never_cut_for_a_long_summary():
    told = with_reason("x" * SUMMARY_LENGTH, "Emergency", "Nobody can log in.")
    assert len(told) == SUMMARY_LENGTH
    assert told.endswith("\n\nEmergency: Nobody can log in.")
