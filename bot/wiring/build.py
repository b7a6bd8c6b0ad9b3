"""The straight line from settings to a running bot."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex

import aiohttp
from prometheus_client import CollectorRegistry

from bot.clock import Clock
from bot.delivery.approvals import request_now
from bot.delivery.worker import DeliveryWorker
from bot.handlers.context import Context
from bot.handlers.metrics import PressMetrics
from bot.health import Health
from bot.ingest.app import build_app as build_api
from bot.ingest.callbacks import callback_endpoints
from bot.ingest.controls import control_endpoints
from bot.ingest.escalations import escalation_endpoints
from bot.ingest.silences import silence_endpoints
from bot.ingest.tokens import any_token_works, may_listen
from bot.right_of_way import RightOfWay
from bot.scheduling.bells import BellRope, build_scheduler, seal_audit
from bot.scheduling.due import DueRunner
from bot.services.alerts.desk import AlertDesk
from bot.services.alerts.subscription_desk import SubscriptionDesk
from bot.services.approvals.desk import ApprovalDesk
from bot.services.availability import Heart
from bot.services.budget_raises.desk import RaiseDesk
from bot.services.complaints.desk import ComplaintDesk
from bot.services.controls.desk import ControlDesk
from bot.services.controls.life import adopt_settings
from bot.services.controls.terms import controls_in_force
from bot.services.controls.watching import follow_spend
from bot.services.inhibitions.reweigh import reweigh
from bot.services.permissions import Permissions
from bot.services.reports import costs as cost_digests
from bot.services.reports import escalations as escalation_reports
from bot.services.reports import noise
from bot.services.reports.delivery import DeliveryDesk
from bot.services.reports.noise import ReportDesk
from bot.services.silences.desk import SilenceDesk
from bot.services.telemetry.fold import Folder
from bot.services.telemetry.prune import Pruner
from bot.services.watching.look import Looker
from bot.services.watching.pictures import PictureDesk
from bot.services.watching.report import RulesDesk
from bot.services.watching.rules_file import rules_path
from bot.services.watching.rules_in_force import RulesInForce
from bot.settings import Settings
from bot.slack.links import Links
from bot.slack.people import SlackPeople
from bot.store.database import Database
from bot.store.migrations import require_current
from bot.store.open import open_engine
from bot.store.postgresql import database_now
from bot.store.sqlite import SqliteEngine
from bot.wiring.approvals import approval_desk, approval_upkeep
from bot.wiring.budgets import watching_budgets
from bot.wiring.callbacks import sending_callbacks
from bot.wiring.cost_reports import cost_reports, telling_costs
from bot.wiring.costs import cost_parts, watching_costs
from bot.wiring.due import due_works
from bot.wiring.escalations import escalation_desk, watching_escalations
from bot.wiring.homes import publishing_homes
from bot.wiring.link import SlackLink, slack_client
from bot.wiring.listen import listen
from bot.wiring.pictures import drawing, sending_pictures
from bot.wiring.supervise import supervised
from bot.wiring.upkeep import PRUNE_INTERVAL, upkeep
from riskengine.areas.escalation.models import stronger_called
from riskengine.response.delivery_reports import Parts

logger = logging.getLogger(__name__)


@dataclass
class Running:
    """The parts of a running bot that its caller may want."""

    database: Database
    desk: AlertDesk
    silences: SilenceDesk
    approvals: ApprovalDesk
    due_runner: DueRunner
    worker: DeliveryWorker
    port: int = 0
    #: Set when the process should end, with the reason in `ended`.
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str = ""

    def give_up(self, reason: str) -> None:
        """End the process so that a supervisor starts it anew."""
        logger.critical("Giving up: %s", reason, extra={"action": "give_up"})
        self.ended = reason
        self.stop.set()


def open_database(settings: Settings, clock: Clock) -> Database:
    """Open for serving; raises AlreadyServing when another process serves this SQLite file."""
    engine = open_engine(settings.database_url)
    if isinstance(engine, SqliteEngine):
        engine.claim_serving()
    return Database(engine, clock)


async def _prepare(database: Database, settings: Settings) -> None:
    """What must be so before anything comes in; raises SchemaMismatch for a database of another version."""
    await database.read(lambda tx: require_current(tx.connection))
    await reweigh(database, settings.alerts)
    await database.write(lambda tx: adopt_settings(tx, controls_in_force(settings)))
    for report in (noise.weekly(settings), escalation_reports.weekly(settings), cost_digests.daily(settings)):
        await database.write(report.plan)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Running]:
    """The whole bot, from the database to the open port; leaving the block ends it in reverse order."""
    async with AsyncExitStack() as stack:
        database = open_database(settings, clock)
        stack.push_async_callback(database.close)
        await _prepare(database, settings)

        async def follow_clock() -> None:
            if database.dialect == "postgresql":
                clock.follow_database(await database.read(lambda tx: database_now(tx.connection)))

        await follow_clock()
        heart = Heart(database, settings.escalation.availability)
        await heart.beat()
        may_listen(settings.http.host, await any_token_works(database))

        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = slack_client(settings, settings.slack.bot_token.get_secret_value(), session, clock)
        people = SlackPeople(client, kept_seconds=settings.people.groups_cached_for.total_seconds())
        rules = RulesInForce(database, rules_path(settings.watch), settings.alerts.trouble_channel)
        await rules.open()
        permissions = Permissions(people, settings.people)
        desk = AlertDesk(database, permissions, settings.alerts)
        silences = SilenceDesk(database, permissions, settings.alerts)
        costs = cost_parts(database, settings)

        artist = drawing(settings, stack)
        reports = cost_reports(settings, database, client, permissions, costs, artist)

        approvals = approval_desk(database, people, permissions, settings)
        escalations = escalation_desk(database, approvals, settings, costs.prices)

        due_runner = DueRunner(database, due_works(settings, approvals.terms))
        worker = DeliveryWorker(
            database,
            client,
            owner=f"{socket.gethostname()[:40]}:{os.getpid()}:{token_hex(4)}",
            delivery=settings.delivery,
            storm=settings.storms,
            alerts=settings.alerts,
        )
        registry = CollectorRegistry()
        bot = Running(database, desk, silences, approvals, due_runner, worker)
        way = RightOfWay()

        def parts() -> Parts:
            mode, looked_at = settings.slack.mode, due_runner.last_look_at
            return Parts(worker.trouble, link.trouble(), mode, link.last_event_at, looked_at)

        delivery = DeliveryDesk(database, parts)
        context = Context(
            alerts=desk,
            reports=ReportDesk(database, settings),
            delivery=delivery,
            silences=silences,
            subscriptions=SubscriptionDesk(database, permissions, settings.alerts),
            rules=RulesDesk(database, rules),
            complaints=ComplaintDesk(database, permissions),
            costs=reports.overview,
            savings=reports.savings,
            cost_picture=reports.pictures.follow,
            controls=ControlDesk(database, permissions, controls_in_force(settings)),
            raises=RaiseDesk(database, approvals, settings.budgets.all, settings.budgets.longest_raise),
            approvals=approvals,
            escalations=escalations,
            approval_card=lambda request_id: database.read(lambda tx: request_now(tx, request_id)),
            links=Links(),
            client=client,
            prefix=settings.slack.prefix,
            metrics=PressMetrics(registry),
            way=way,
        )
        link = SlackLink(settings, session, client, people, context, bot.give_up, clock)
        health = Health(
            database,
            due_runner,
            delivery_trouble=lambda: worker.trouble,
            link_trouble=link.trouble,
            registry=registry,
        )
        stack.push_async_callback(seal_audit, database)
        stack.push_async_callback(link.close)
        await link.start()

        _begin(bot, stack)

        _fold(database, stack)

        await stack.enter_async_context(
            sending_pictures(
                database,
                client,
                PictureDesk(database, costs.telemetry, rules, settings.watch, settings.time_zone),
                artist,
                worker,
                settings,
                bot.give_up,
                reports.pictures,
            )
        )
        await stack.enter_async_context(publishing_homes(database, client, bot.give_up))
        callbacks = await stack.enter_async_context(
            sending_callbacks(database, settings, worker.owner, registry, bot.give_up)
        )
        scheduler = build_scheduler(
            database,
            due_runner,
            follow_clock,
            health.measure,
            Pruner(database, settings.telemetry).prune,
            Looker(database, costs.telemetry, rules, settings.watch, settings.alerts).look,
            # The bell rings in real time; in the demo business time runs faster.
            settings.watch.interval / clock.speed,
            ropes=[
                *upkeep(settings, database, worker, delivery, health, session, registry),
                *watching_escalations(settings, database, heart, due_runner, registry),
                *watching_budgets(
                    settings,
                    database,
                    costs,
                    registry,
                    listeners=[partial(follow_spend, terms=controls_in_force(settings))],
                ),
                BellRope("prune_callbacks", callbacks.prune, PRUNE_INTERVAL),
                *approval_upkeep(database, approvals, settings),
                *watching_costs(settings, database, costs),
                *telling_costs(settings, database, reports),
            ],
        )
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)

        api = build_api(
            desk,
            costs.telemetry,
            database,
            settings.http,
            readiness=health,
            metrics=registry,
            way=way,
            is_stronger=stronger_called(costs.prices, settings.escalation.stronger_model),
            endpoints=[
                *silence_endpoints(silences, settings.http),
                *escalation_endpoints(escalations, settings.http),
                *callback_endpoints(callbacks),
                *costs.endpoints(),
                *control_endpoints(context.controls),
            ],
            extra_routes=[link.door.route()],
        )
        bot.port = await listen(api, settings.http, stack, escalations.stop_waiting)
        yield bot


def _begin(bot: Running, stack: AsyncExitStack) -> None:
    """Timers and delivery, which end in reverse order."""
    due_task = supervised(bot.due_runner.run(), "timers", bot.give_up)
    stack.push_async_callback(_end_gently, due_task, bot.due_runner.stop)
    worker_task = supervised(bot.worker.run(), "delivery", bot.give_up)
    stack.push_async_callback(_end, worker_task)
    stack.push_async_callback(bot.worker.stop)


def _fold(database: Database, stack: AsyncExitStack) -> None:
    """Telemetry into its rollups, to the last."""
    folder = Folder(database)
    task = asyncio.create_task(folder.run())
    stack.push_async_callback(_end_gently, task, folder.stop)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _end_gently(task: asyncio.Task[None], stop: Callable[[], None]) -> None:
    stop()
    await asyncio.wait([task])
