import pytest

from bot.store.open import open_database
from tests.services.approvals.office import Office, terms_of


@pytest.fixture
def terms():
    return terms_of()


@pytest.fixture
async def office(database, terms) -> Office:
    made = Office(database, terms)
    await made.staff()
    return made


@pytest.fixture
async def rival(database_url, clock, office):
    """The same verbs over connections of another replica."""
    opened = open_database(database_url, clock)
    yield Office(opened, office.terms)
    await opened.close()
