"""The verbs of ./deskbell. What they do is in the modules beside this one."""

import sys
import traceback
from datetime import timedelta
from functools import partial

import botocore.exceptions
import click

from chalicelib import i18n
from chalicelib.domain.errors import DeskError
from chalicelib.domain.words import Role
from infra import checks, destroy, doctor, local_cloud, logs, mailbox, screen, waiting_mail
from infra import deploy as deployment
from infra import up as local
from infra.account import NO_CREDENTIALS, Account
from infra.bench.commands import bench
from infra.invitation import invite_by_hand, present_role
from infra.local_desk import STACK, running_desk
from infra.package import package as make_package
from infra.places import BUILD, state_directory
from infra.provision import Person
from infra.trouble import Trouble
from infra.wanted import Wanted, refuse_wrong_address
from infra.which_desk import meant, region_option, stack_option
from infra.words import of_refusal


def main() -> None:
    """Ends with 0, 1 for a trouble, 2 for a wrong command line, 130 when interrupted."""
    try:
        sys.exit(cli.main(prog_name="./deskbell", standalone_mode=False) or 0)
    except Trouble as trouble:
        screen.complain(trouble)
    except DeskError as refusal:
        screen.complain(Trouble(of_refusal(refusal)))
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as mistake:
        mistake.show()
        sys.exit(mistake.exit_code)
    except botocore.exceptions.NoCredentialsError:
        screen.complain(NO_CREDENTIALS)
    except botocore.exceptions.ClientError as failed:
        message = failed.response["Error"]["Message"]
        screen.complain(Trouble(f"AWS refuses {failed.operation_name}: {message}"))
    except (botocore.exceptions.BotoCoreError, OSError) as error:
        screen.complain(Trouble(f"{error}"))
    except Exception as error:
        screen.complain(_unexpected(error))
    sys.exit(1)


def _unexpected(error: Exception) -> Trouble:
    report = state_directory() / "last-error.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(traceback.format_exc())
    return Trouble(f"Something we did not expect: {error!r}.", f"Please report it with {report}.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def cli() -> None:
    """Deskbell: a helpdesk that rings only when somebody needs it.

    Try it on this machine with `up --demo`, put it into your AWS account with `deploy`.
    """


@cli.command()
@click.option("--demo", is_flag=True, help="With sample tickets and solutions.")
@click.option(
    "--port", type=click.IntRange(1024, 65000), help="The pages' port; the next three are used as well. [8600]"
)
def up(demo: bool, port: int | None) -> None:
    """Start a desk on this machine.

    One that runs already is brought up to the current code.
    """
    local.up(local.Wanted(port, demo))


@cli.command()
@click.option("--forget", is_flag=True, help="Delete its tickets as well.")
def down(forget: bool) -> None:
    """Stop the desk on this machine.

    Its tickets stay for the next `up`.
    """
    local.down(forget=forget)


@cli.command()
def status() -> None:
    """Show whether a desk runs on this machine, and where."""
    local.show(running_desk())


@cli.command()
def seed() -> None:
    """Write the demo into the desk on this machine."""
    local.seed(running_desk())


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[unit|e2e|browser] [PYTEST ARGUMENTS]")
def test(arguments: tuple[str, ...]) -> None:
    """Run the checks of `lint`, then all tests or a part."""
    command = checks.pytest_command(arguments)
    checks.lint()
    sys.exit(checks.test(command))


@cli.command()
def lint() -> None:
    """Check style, types and the CloudFormation template."""
    checks.lint()


@cli.command()
def package() -> None:
    """Make the files that `deploy` uploads.

    They are build/deskbell.zip and build/template.json.
    """
    with screen.step("Packaging for AWS: our code, its libraries, bytecode"):
        made = make_package(libraries=True)
    screen.facts(
        [
            ("Code", f"{made.code}, {made.code.stat().st_size / 1_000_000:.1f} MB"),
            ("Template", f"{BUILD / 'template.json'}, {len(made.template['Resources'])} resources"),
        ]
    )


@cli.command()
@click.option("--stack", default=STACK, show_default=True, metavar="NAME", help="Several desks need several names.")
@click.option("--stage", metavar="S", help="In `prod` the table cannot be deleted by mistake. [prod]")
@click.option("--mail-domain", metavar="D", help="Receive mail at, and send it from, this domain.")
@click.option("--admin", metavar="EMAIL", help="Invite an admin.")
@click.option("--domain-name", metavar="D", help="The desk's own name on the web; needs --certificate.")
@click.option("--certificate", metavar="ARN", help="That name's certificate: ACM, region us-east-1.")
@click.option("--alarm-email", metavar="EMAIL", help="Who is told when something fails.")
@region_option
def deploy(stack: str, region: str | None, **wanted: str | None) -> None:
    """Put the desk into your AWS account, or upgrade it.

    Uses the ordinary AWS configuration. Options that are left out stay as the last deploy set them. Idle, a desk costs
    the cents of what it stores.
    """
    deployment.deploy(Account(stack, region), Wanted(**wanted))


@cli.command()
@click.argument("address")
@click.option("--name", metavar="N", help="As customers read it; otherwise what stands before the @.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    help="Otherwise an agent; somebody known keeps the role.",
)
@click.option("--language", type=click.Choice(i18n.LANGUAGES), default="en", show_default=True, help="Of the pages.")
@stack_option
def invite(
    address: str, name: str | None, role: str | None, language: str, stack: str | None, region: str | None
) -> None:
    """Let somebody sign in at a desk.

    Cognito mails them a temporary password; a desk on an emulator prints it here. Somebody known keeps theirs.
    """
    refuse_wrong_address("The address", address)
    account, outputs, _ = meant(stack, region)
    account.enter(outputs)
    role = role or present_role(address) or Role.AGENT.value
    invite_by_hand(account, outputs, Person(address, name or address.partition("@")[0], role, language))


@cli.command(name="destroy")
@click.option("--stack", default=STACK, show_default=True, metavar="NAME", help="Which desk.")
@click.option("--everything", is_flag=True, help="Delete tickets, mail and files as well.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@region_option
def take_out(stack: str, region: str | None, everything: bool, yes: bool) -> None:
    """Take the desk out of your AWS account.

    Tickets, mail and files stay unless you say --everything.
    """
    account = Account(stack, region)
    destroy.refuse_missing(account, everything=everything)
    loss = "with all tickets, mail and files" if everything else "and keep tickets, mail and files"
    where = f"account {account.number}, region {account.region}"
    if not yes:
        _agree_or_end(f"Delete the desk {stack} in {where}, {loss}?")
    destroy.destroy(account, everything=everything)


def _agree_or_end(question: str) -> None:
    try:
        click.confirm(question, abort=True)
    except click.exceptions.Abort:
        screen.out.print("Nothing was deleted.")
        raise


@cli.command(name="doctor")
@stack_option
def examine(stack: str | None, region: str | None) -> None:
    """Say what is not right, and how to mend it."""
    desk = None if stack else running_desk(or_stack=True)
    if desk:
        local_cloud.enter(desk)
    findings = []
    for finding in doctor.examine(Account(stack or STACK, region), desk.address if desk else None):
        screen.show_finding(finding.what, finding.cure)
        findings.append(finding)
    doctor.refuse_if_ill(findings)


@cli.command(name="logs")
@click.argument("function", required=False)
@click.option("--follow", is_flag=True, help="Go on showing new lines.")
@click.option("--minutes", type=click.IntRange(min=1), default=60, show_default=True, help="How far to look back.")
@stack_option
def show_logs(function: str | None, follow: bool, minutes: int, stack: str | None, region: str | None) -> None:
    """Show what the functions logged.

    Of one FUNCTION (api, deliver, …) or of all.
    """
    account, _, _ = meant(stack, region)
    since = timedelta(minutes=minutes)
    for line in (logs.follow if follow else logs.read)(account, function, since):
        click.echo(f"{line.at:%H:%M:%S} {line.function:<13} {line.text}")


@cli.command(name="due")
@click.option("--calendar", required=True, metavar="FILE", help="Time zone, hours and holidays, as JSON.")
def show_due(calendar: str) -> None:
    """Say when working time runs out.

    Reads lines such as {"start": "2025-01-27T17:30:00+09:00", "minutes": 240} from standard input and prints a line for
    each: {"due_at": "2025-01-28T03:30:00Z", "open_at_start": true}. No desk and no AWS is asked.
    """
    from infra import due

    due.due(calendar, sys.stdin.buffer)


@cli.group()
def mail() -> None:
    """Send the desk a mail, see what it sent and what waits."""


@mail.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--from", "sender", metavar="ADDRESS", help="The envelope's sender; otherwise that of the header From.")
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Seconds to wait at most for what becomes of them.",
)
@stack_option
def send(files: tuple[str, ...], sender: str | None, wait: int, stack: str | None, region: str | None) -> None:
    """Deliver raw mails as SES would; print what became of them.

    `-` reads one from standard input. Who can send here is believed: a mail without verdicts of SES counts as
    authenticated (DMARC pass), so that From alone lets it speak for an agent.
    """
    raw_mails = mailbox.read_files(files, sys.stdin.buffer)
    account, outputs, _ = meant(stack, region)
    account.enter(outputs)
    from infra.sent_fates import follow

    keys = [mailbox.send(account, outputs, raw, sender) for raw in raw_mails]
    for name, (key, became) in zip(files, follow(keys, timedelta(seconds=wait)), strict=True):
        click.echo(f"{name}  {key}  {became}" if len(files) > 1 else f"{key}  {became}")


@mail.command(name="explain")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the order of the files.")
@click.option("--desk", "ask_local", is_flag=True, help="Ask the desk on this machine which ticket it would be.")
@click.option("--stack", metavar="NAME", help="Ask a deployed desk instead.")
@region_option
def explain_mails(
    files: tuple[str, ...], as_json: bool, ask_local: bool, stack: str | None, region: str | None
) -> None:
    """Say what is read in raw mails, and where they would go.

    `-` reads one from standard input. Without --desk or --stack no desk and no AWS is asked; with them, nothing is
    changed there. With --desk a mail without verdicts of SES counts as passed, as by `mail send`.
    """
    from infra import explain

    if not (ask_local or stack):
        explain.explain(files, as_json=as_json)
        return
    account, outputs, _ = meant(stack, region)
    account.enter(outputs)
    from infra.explained_destination import found

    if stack:
        explain.explain(files, as_json=as_json, ask=found)
    else:
        explain.explain(files, as_json=as_json, ask=found, receive=partial(mailbox.as_received, outputs))


@mail.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, whole mails.")
@stack_option
def list_sent(as_json: bool, stack: str | None, region: str | None) -> None:
    """Show the mail that a desk on an emulator sent, oldest first."""
    account, _, desk = meant(stack, region)
    mails = mailbox.list_sent(account, desk)
    if as_json:
        for line in mailbox.as_lines(mails):
            click.echo(line)
    else:
        rows = ((str(n), _second(m.sent_at), ", ".join((*m.to, *m.cc)), m.subject) for n, m in enumerate(mails, 1))
        screen.table(("#", "Sent (UTC)", "To", "Subject"), rows)


@mail.command(name="show", context_settings={"ignore_unknown_options": True})
@click.argument("number", default="last", metavar="[N|last]")
@click.option("--html", "as_html", is_flag=True, help="Print its HTML instead.")
@stack_option
def show_sent(number: str, as_html: bool, stack: str | None, region: str | None) -> None:
    """Print a sent mail: its headers, its text, its files.

    N is its number in `mail list`.
    """
    if number != "last" and not (number.isdecimal() and int(number)):
        raise click.UsageError(f"{number} is no number of a mail: say 1 or more, or last.")
    account, _, desk = meant(stack, region)
    sent = mailbox.pick(mailbox.list_sent(account, desk), number)
    click.echo(mailbox.html_of(sent) if as_html else mailbox.as_text(sent))


def _second(at: str) -> str:
    return at[:19].replace("T", " ")


for verb in waiting_mail.VERBS:
    mail.add_command(verb)
cli.add_command(bench)
