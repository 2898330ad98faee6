"""Inviting somebody by a command, and saying how they sign in."""

from infra import screen
from infra.account import Account, Outputs
from infra.provision import Person, invite, new_password


def invite_by_hand(account: Account, outputs: Outputs, wish: Person) -> None:
    """Who is new gets a temporary password, mailed by Cognito; an emulator mails nothing, so there it is printed.

    After `Account.enter`.
    """
    known = has_sign_in(account, outputs, wish.address)
    password = new_password() if account.endpoint and not known else None
    invite(Person(wish.address, wish.name, wish.role, wish.language, password))
    screen.facts([("Sign-in", f"{wish.address}, {wish.role}; {_said(known=known, password=password)}")])


def has_sign_in(account: Account, outputs: Outputs, address: str) -> bool:
    cognito = account.client("cognito-idp")
    try:
        cognito.admin_get_user(UserPoolId=outputs["UserPoolId"], Username=address.strip().lower())
    except cognito.exceptions.UserNotFoundException:
        return False
    return True


def present_role(address: str) -> str | None:
    """None for somebody who is not an agent of the desk. After `Account.enter`."""
    # Imported here since the desk's code reads the environment that `enter` sets.
    from chalicelib.adapters import settings

    agent = settings.get().agent_by_address(address.strip().lower())
    return agent.role.value if agent else None


def _said(*, known: bool, password: str | None) -> str:
    if known:
        return "was invited before and keeps name and password"
    return f"temporary password {password}" if password else "the temporary password comes by mail"
