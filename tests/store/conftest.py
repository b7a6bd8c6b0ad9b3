"""A second connection to the database of the test, as another replica would have it."""

import pytest

from bot.store.open import open_database


@pytest.fixture
async def rival(database_url, clock, database):
    opened = open_database(database_url, clock)
    yield opened
    await opened.close()
