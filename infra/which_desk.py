"""Which desk a command is about: the one on this machine, or a stack in an AWS account."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from infra import local_cloud
from infra.account import Account, Outputs
from infra.local_desk import STACK, LocalDesk, running_desk

Command = TypeVar("Command", bound=Callable[..., Any])


def stack_option(command: Command) -> Command:
    text = "A deployed desk, in the account that the AWS configuration names; otherwise the one on this machine."
    return click.option("--stack", metavar="NAME", help=text)(region_option(command))


def region_option(command: Command) -> Command:
    return click.option("--region", metavar="R", help="The AWS region; otherwise the one of the configuration.")(
        command
    )


def meant(stack: str | None, region: str | None) -> tuple[Account, Outputs, LocalDesk | None]:
    """The desk that a command is about, and its names; raises Trouble when it is not there."""
    if stack is None:
        desk = running_desk(or_stack=True)
        local_cloud.enter(desk)
        return Account(STACK), desk.outputs, desk
    account = Account(stack, region)
    return account, account.outputs(), None


def enter(stack: str | None, region: str | None) -> None:
    """Lets the desk's own code work on the desk that is meant; it is imported only then, as it reads where it is."""
    account, outputs, _ = meant(stack, region)
    account.enter(outputs)
