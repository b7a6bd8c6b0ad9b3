"""Controls on both databases."""

import pytest

from bot.store.open import open_database
from tests.services.controls.office import ControlOffice


@pytest.fixture
def office(database) -> ControlOffice:
    return ControlOffice(database)


@pytest.fixture
async def rival(database_url, clock, database):
    """The same verbs over connections of another replica."""
    opened = open_database(database_url, clock)
    yield ControlOffice(opened)
    await opened.close()
