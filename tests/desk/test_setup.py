from dataclasses import replace

import pytest

from chalicelib.adapters import settings
from chalicelib.desk import inbound, setup
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import FateState
from tests.conftest import NOW
from tests.desk import journey

pytestmark = pytest.mark.usefixtures("empty_cloud")


def test_a_stack_is_no_desk_yet() -> None:
    with pytest.raises(NotFound, match="desk_not_prepared"):
        settings.get()


def test_it_becomes_one_with_address_name_and_secret() -> None:
    setup.prepare("https://desk.example/", "Support@Desk.Example", "Desk", NOW)
    desk = settings.get()
    assert (desk.address, desk.support_address, desk.desk_name) == (
        "https://desk.example",
        "support@desk.example",
        "Desk",
    )
    assert len(desk.secret) >= 43  # 32 random bytes


def test_a_mail_that_comes_before_that_is_tried_again() -> None:
    key = journey.store(journey.raw_mail())
    with pytest.raises(NotFound, match="desk_not_prepared"):
        inbound.receive(key, NOW, NOW)
    assert inbound.list_in_hand(FateState.QUARANTINED) == ()


def test_preparing_again_keeps_the_secret_so_that_links_stay_valid() -> None:
    setup.prepare("https://desk.example", "support@desk.example", "Desk", NOW)
    secret = settings.get().secret
    setup.prepare("https://desk.example", "support@desk.example", "Desk", NOW)
    settings.forget()
    assert settings.get().secret == secret


def test_an_upgrade_moves_the_address_and_keeps_what_was_set() -> None:
    setup.prepare("https://desk.example", "support@desk.example", "Desk", NOW)
    general = settings.find_general()
    assert general is not None
    settings.save_general(replace(general, desk_name="도움 창구", time_zone="Europe/Berlin"))
    setup.prepare("https://new.example", "help@new.example", "Desk", NOW)
    desk = settings.get()
    assert (desk.address, desk.support_address) == ("https://new.example", "help@new.example")
    assert (desk.desk_name, desk.time_zone) == ("도움 창구", "Europe/Berlin")
