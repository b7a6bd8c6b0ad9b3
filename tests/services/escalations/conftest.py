import pytest

from tests.services.escalations.office import EscalationOffice


@pytest.fixture
async def office(database) -> EscalationOffice:
    made = EscalationOffice(database)
    await made.staff()
    return made
