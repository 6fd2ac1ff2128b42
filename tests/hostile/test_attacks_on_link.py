"""Hostile apps that attack their links: each is contained or ended with its reason, and nobody else notices."""

import pytest

from tests.hostile.attacks import ATTACKS
from tests.hostile.conftest import withstand

pytestmark = [pytest.mark.hostile, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if not attack.machine])
async def test_the_others_do_not_notice(c, name, monkeypatch):
    await withstand(c, name, monkeypatch)
