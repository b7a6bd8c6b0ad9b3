"""Which alerts were worth reading, and what to do about those that were not."""

from datetime import UTC, datetime, timedelta

import pytest

from riskengine.response.advice import Advice, AdviceKind, Episode, ToldGroup, advise
from riskengine.response.noise import NOISIEST, noise_report

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(
    name: str = "Slow",
    *,
    at: float = 0,
    lasts: float | None = 60,
    taken_after: float | None = None,
    subject: str = "glm",
    refires: int = 0,
    useful: int = 0,
    not_useful: int = 0,
    alerts: int = 1,
) -> ToldGroup:
    """A group that begins `at` minutes after Monday's nine o'clock."""
    began = MONDAY + at * MINUTE
    ended = None if lasts is None else began + lasts * MINUTE
    episode = Episode(began_at=began, ended_at=ended, acknowledged=taken_after is not None)
    return ToldGroup(
        name=name,
        subject=subject,
        opened_at=began,
        acknowledged_at=None if taken_after is None else began + taken_after * MINUTE,
        resolved_at=ended,
        refires=refires,
        useful=useful,
        not_useful=not_useful,
        episodes=(episode,) * alerts,
    )


def advice(*mine: ToldGroup, beside: list[ToldGroup] | None = None) -> Advice:
    return advise(mine, [*mine, *(beside or [])])


def hourly(count: int, **same) -> list[ToldGroup]:
    return [told(at=60 * number, **same) for number in range(count)]


PARENTS = [told("Outage", at=60 * number - 2, lasts=30) for number in range(5)]


@pytest.mark.parametrize(
    ("mine", "beside", "kind", "said"),
    [
        pytest.param(hourly(4, taken_after=1), [], AdviceKind.LEAVE, "4 of 4 were acknowledged", id="healthy"),
        pytest.param([told()], [], AdviceKind.LEAVE, "0 of 1", id="once says nothing"),
        pytest.param(
            [told(useful=1, not_useful=3, taken_after=1)], [], AdviceKind.DELETE, "1 of 4 answers", id="called useless"
        ),
        pytest.param([told(useful=0, not_useful=2, taken_after=1)], [], AdviceKind.LEAVE, "", id="two answers are few"),
        pytest.param([told(useful=1, not_useful=2, taken_after=1)], [], AdviceKind.LEAVE, "", id="a third is some use"),
        pytest.param(
            hourly(5, taken_after=5),
            PARENTS,
            AdviceKind.INHIBIT,
            "Outage, which had begun just before it 5 of 5",
            id="follows another",
        ),
        pytest.param(
            hourly(5, taken_after=5), PARENTS[:3], AdviceKind.LEAVE, "", id="follows another only now and then"
        ),
        pytest.param(
            hourly(5, taken_after=5),
            [told("Outage", at=60 * n - 2, lasts=1) for n in range(5)],
            AdviceKind.LEAVE,
            "",
            id="the other was over by then",
        ),
        pytest.param(
            hourly(2, refires=2, taken_after=1), [], AdviceKind.KEEP_FIRING, "came back 4 times", id="comes and goes"
        ),
        pytest.param(
            hourly(4, lasts=4),
            [],
            AdviceKind.RAISE_FOR,
            "`for` to 5m: 4 of 4 alerts ended within 5m",
            id="ends by itself",
        ),
        pytest.param(hourly(4, lasts=0.5), [], AdviceKind.RAISE_FOR, "`for` to 1m", id="the shortest wait that helps"),
        pytest.param(hourly(4, lasts=4, taken_after=1), [], AdviceKind.LEAVE, "", id="short but taken"),
        pytest.param(hourly(4, lasts=20), [], AdviceKind.LOWER, "nobody acknowledged 4 of 4", id="nobody's"),
        pytest.param(hourly(4, lasts=None), [], AdviceKind.LOWER, "4 of 4", id="still open and nobody's"),
        pytest.param(
            [*hourly(4, taken_after=9), told(subject="kimi", taken_after=9)],
            [],
            AdviceKind.SILENCE,
            "Silence it for glm",
            id="one subject among several",
        ),
        pytest.param(hourly(4, subject="", taken_after=9), [], AdviceKind.LEAVE, "", id="about nothing in particular"),
    ],
)
def test_advice(mine, beside, kind, said):
    found = advice(*mine, beside=beside)
    assert found.kind == kind
    assert said in found.text


def test_sums_shares_and_medians():
    groups = [
        told(taken_after=2, lasts=10, useful=2),
        told(at=100, taken_after=6, lasts=30, not_useful=1, refires=2),
        told(at=200, lasts=None, alerts=3),
        told("Errors", at=300, taken_after=40, lasts=80, useful=1),
    ]
    report = noise_report(groups, MONDAY, MONDAY + 7 * timedelta(days=1), {"Slow": 4, "Quiet": 2})
    total = report.total
    assert (total.groups, total.alerts, total.refires, total.times_told) == (4, 6, 2, 6)
    assert (total.useful, total.judged, total.never_acknowledged) == (3, 4, 1)
    assert (total.mtta, total.mttr) == (6 * MINUTE, 30 * MINUTE)
    assert total.suppressed == 6
    assert [(each.name, each.times_told, each.suppressed) for each in report.names] == [
        ("Slow", 5, 4),
        ("Errors", 1, 0),
        ("Quiet", 0, 2),
    ]
    assert report.names[0].mtta == 4 * MINUTE
    # What was only muted asked nobody for attention.
    assert [each.noise.name for each in report.noisiest] == ["Slow", "Errors"]


def test_a_quiet_week_is_a_report_too():
    report = noise_report([], MONDAY, MONDAY)
    assert (report.total.groups, report.total.mtta, report.names, report.noisiest) == (0, None, (), ())


def test_the_noisiest_are_few_and_in_order():
    groups = [told(f"N{number}", at=k) for number in range(9) for k in range(number + 1)]
    report = noise_report(groups, MONDAY, MONDAY)
    assert [each.noise.times_told for each in report.noisiest] == [9, 8, 7, 6, 5]
    assert len(report.noisiest) == NOISIEST
    assert len(report.names) == 9
