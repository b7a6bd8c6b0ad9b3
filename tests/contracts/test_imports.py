"""Who may import whom: the rooms of the house, read from the imports themselves.

A line that stands in the wrong room is named together with the rooms in which it would be right.
"""

import ast
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

#: Anybody may use these; they import nothing of ours but each other (settings also knows riskengine's models).
COMMON = {
    "bot.errors",
    "bot.settings",
    "bot.settings_escalation",
    "bot.settings_approvals",
    "bot.settings_callbacks",
    "bot.settings_costs",
    "bot.settings_section",
    "bot.settings_upkeep",
    "bot.clock",
    "bot.failpoints",
    "bot.right_of_way",
    "bot.logs",
    "bot.redaction",
    "bot.paths",
}

#: Room → what it may import besides itself, the common modules and other people's libraries.
MAY_IMPORT = {
    "riskengine": (),
    "common": ("riskengine",),
    "bot.store": ("riskengine",),
    # Services hand out what Slack shows of a permission check or an answer, never Slack itself.
    "bot.services": ("bot.store", "riskengine"),
    # Enums and models of the engine are what templates show; permissions are asked before a button is drawn.
    "bot.slack": ("bot.services.permissions", "riskengine"),
    "bot.connectors": ("riskengine",),
    "bot.delivery": ("bot.store", "bot.slack", "bot.connectors", "riskengine"),
    "bot.handlers": ("bot.services", "bot.slack", "bot.store.database", "riskengine"),
    # The database's type, and tokens, which are intake's own and no use case of anybody's.
    "bot.ingest": ("bot.services", "bot.store.database", "bot.store.tokens", "riskengine"),
    # Bells keep the store's own house (claims of due rows, sealing, pruning); what a claim means is a service.
    "bot.scheduling": (
        "bot.services",
        "bot.store.database",
        "bot.store.due",
        "bot.store.audit",
        "bot.store.inbound",
        "riskengine",
    ),
    "bot.web": ("bot.services", "bot.store.database", "riskengine"),
    # Programs take it along without the bot.
    "bot.client": ("riskengine",),
    # The sandbox plays Slack, so it knows nothing of riskbot but Slack's block limits.
    "bot.sandbox": ("bot.slack.blocks",),
    # Says whether the process is well, so it looks at all its parts.
    "bot.health": ("bot.ingest.health", "bot.scheduling", "bot.store", "riskengine"),
    # These build or examine the whole.
    "bot.wiring": ("bot", "riskengine"),
    "bot.cli": ("bot", "riskengine"),
    "bot.checks": ("bot", "riskengine"),
    "bot.demo": ("bot", "riskengine"),
}

#: Libraries that have a room of their own, and what to do instead elsewhere.
LIBRARIES = {
    "sqlalchemy": (("bot.store",), "SQL stands in bot/store/, a function a question"),
    "asyncpg": (("bot.store",), "SQL stands in bot/store/"),
    "aiosqlite": (("bot.store",), "SQL stands in bot/store/"),
    # The sandbox keeps its workspace in a file of its own, which is not riskbot's database.
    "sqlite3": (("bot.store", "bot.sandbox.persistence"), "SQL stands in bot/store/"),
    "alembic": (("bot.store",), "migrations run through bot/store/migrations.py"),
    "jinja2": (("bot.slack",), "templates are rendered by bot/slack/render.py"),
    "slack_bolt": (("bot.slack", "bot.handlers", "bot.wiring"), "Slack comes in through bot/handlers/"),
    "apscheduler": (("bot.scheduling",), "bells hang in bot/scheduling/"),
    "yaml": (("bot",), "riskengine is given models, not files"),
}

CLOCKS = {"bot/clock.py", "bot/sandbox/clock.py"}
CLOCK_READINGS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}


class Line(NamedTuple):
    place: str
    module: str
    target: str


def parse(paths):
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(paths)]


def sources():
    return parse([*ROOT.glob("bot/**/*.py"), *ROOT.glob("riskengine/**/*.py")])


def module_of(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def is_module(name):
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def imports_of(path, tree):
    """Every import, those inside functions too; `from bot.store import due` counts as `bot.store.due`."""
    for node in ast.walk(tree):
        place = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from (Line(place, module_of(path), alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: write the import absolutely, so that its room is seen"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                ours = node.module.split(".")[0] in {"bot", "riskengine"}
                yield Line(place, module_of(path), full if ours and is_module(full) else node.module)


def lines():
    return [line for path, tree in sources() for line in imports_of(path, tree)]


def is_in(module, room):
    return module == room or module.startswith(room + ".")


def room_of(module):
    if module in COMMON:
        return "common"
    return next((room for room in MAY_IMPORT if is_in(module, room)), None)


def common_of(room):
    """The engine is pure, and the sandbox plays another program, with a clock and settings of its own."""
    return {"riskengine": set(), "bot.sandbox": {"bot.errors", "bot.paths"}}.get(room, COMMON)


def complaint(line):
    """What is wrong with one of our modules importing another, or None."""
    room, target_room = room_of(line.module), room_of(line.target)
    # The package itself holds the version and nothing else.
    if line.target == "bot" or room == target_room or (target_room == "common" and line.target in common_of(room)):
        return None
    if any(is_in(line.target, allowed) for allowed in MAY_IMPORT.get(room, ())):
        return None
    right = [each for each, allowed in MAY_IMPORT.items() if any(is_in(line.target, one) for one in allowed)]
    return f"{line.place} imports {line.target}, which {room} may not; such a line belongs in {', '.join(right)}"


def test_every_module_has_a_room():
    modules = {module_of(path) for path, _ in sources()} - {"bot"}
    homeless = sorted(module for module in modules if room_of(module) is None)
    assert homeless == [], "give it a room in MAY_IMPORT, or move it into one (design.md, layout)"


def test_modules_import_only_from_the_rooms_they_may():
    ours = [line for line in lines() if line.target.split(".")[0] in {"bot", "riskengine"}]
    assert len(ours) > 100
    assert [said for said in map(complaint, ours) if said] == []


def test_libraries_stay_in_their_rooms():
    found = []
    for line in lines():
        rooms, instead = LIBRARIES.get(line.target.split(".")[0], (("bot", "riskengine"), ""))
        if not any(is_in(line.module, room) for room in rooms):
            found.append(f"{line.place} imports {line.target}: {instead}")
    assert found == []


def test_riskengine_is_pure():
    allowed = sys.stdlib_module_names | {"pydantic", "riskengine"}
    engine = [line for line in lines() if is_in(line.module, "riskengine")]
    assert [line for line in engine if line.target.split(".")[0] not in allowed] == []


def name_of(node):
    return getattr(node, "id", getattr(node, "attr", ""))


def clock_readings(path, tree):
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and (getattr(node.value, "id", getattr(node.value, "attr", "")), node.attr) in CLOCK_READINGS
        ):
            yield f"{path}:{node.lineno} reads the clock; take `now` as an argument, or ask bot/clock.py"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"{path}:{node.lineno} imports time.time" for name in node.names if name.name == "time")


def test_only_the_clocks_read_the_clock():
    readers = [(path, tree) for path, tree in sources() if path.as_posix() not in CLOCKS]
    assert [said for path, tree in readers for said in clock_readings(path, tree)] == []


def test_a_stray_line_is_named_with_its_room():
    line = Line("bot/handlers/alerts.py:3", "bot.handlers.alerts", "bot.store.alerts")
    assert "belongs in bot.services" in complaint(line)
    assert complaint(Line("x", "riskengine.rules", "bot.clock")).startswith("x imports bot.clock")
