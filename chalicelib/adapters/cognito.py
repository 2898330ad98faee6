"""Agents' passwords live in Cognito; this is the only place that speaks to it.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.aws import client
from chalicelib.config import config
from chalicelib.domain.errors import InvalidInput, TooMany


@dataclass(frozen=True)
class Challenge:
    """A right password that must be replaced; `user` is Cognito's own name of who signs in."""

    user: str
    session: str


def check_password(address: str, password: str) -> Challenge | None:
    """None when the password is right; a challenge when it is right but must be replaced first.

    Raises InvalidInput("sign_in_failed"), the same for an unknown address and a wrong password, and TooMany.
    """
    cognito = client("cognito-idp")
    try:
        answer = cognito.admin_initiate_auth(
            **_pool(),
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": address, "PASSWORD": password},
        )
    except (
        cognito.exceptions.NotAuthorizedException,
        cognito.exceptions.UserNotFoundException,
        cognito.exceptions.PasswordResetRequiredException,
        cognito.exceptions.InvalidParameterException,
    ):
        raise InvalidInput("sign_in_failed", field="password") from None
    except cognito.exceptions.TooManyRequestsException:
        raise TooMany("too_many_requests", retry_after=60) from None
    if answer.get("ChallengeName") != "NEW_PASSWORD_REQUIRED":
        return None
    user = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", address)
    return Challenge(user, str(answer["Session"]))


def replace_password(challenge: Challenge, password: str) -> None:
    """Answers the challenge. Raises InvalidInput("password_too_weak" | "session_ended")."""
    cognito = client("cognito-idp")
    try:
        cognito.admin_respond_to_auth_challenge(
            **_pool(),
            ChallengeName="NEW_PASSWORD_REQUIRED",
            ChallengeResponses={"USERNAME": challenge.user, "NEW_PASSWORD": password},
            Session=challenge.session,
        )
    except (cognito.exceptions.InvalidPasswordException, cognito.exceptions.InvalidParameterException):
        raise InvalidInput("password_too_weak", field="password") from None
    except (cognito.exceptions.NotAuthorizedException, cognito.exceptions.CodeMismatchException):
        raise InvalidInput("session_ended", field="password") from None


def invite(address: str, password: str | None, is_final: bool) -> bool:
    """Makes a sign-in and says so; an existing one is left as it is. Without a password Cognito makes one and mails it.

    `is_final`: the given password stays; otherwise it must be replaced at the first sign-in.
    """
    cognito = client("cognito-idp")
    request: dict[str, Any] = {"UserPoolId": config().user_pool_id, "Username": address}
    given = {"TemporaryPassword": password, "MessageAction": "SUPPRESS"} if password else {}
    attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    try:
        cognito.admin_create_user(**request, **given, UserAttributes=attributes)
    except cognito.exceptions.UsernameExistsException:
        return False
    if password and is_final:
        cognito.admin_set_user_password(**request, Password=password, Permanent=True)
    return True


def set_temporary_password(address: str, password: str) -> None:
    """To be replaced at the next sign-in, in the place of whatever it was before."""
    request = {"UserPoolId": config().user_pool_id, "Username": address, "Password": password}
    client("cognito-idp").admin_set_user_password(**request, Permanent=False)


def _pool() -> dict[str, str]:
    return {"UserPoolId": config().user_pool_id, "ClientId": config().user_pool_client_id}
