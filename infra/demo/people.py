"""Who can sign in at a desk on this machine."""

from infra.provision import Person

# The local desk listens on the loopback only, so one password for all, and known to everybody, is no secret lost.
PASSWORD = "ring-the-bell-1"  # noqa: S105

PEOPLE = tuple(
    Person(address, name, role, language, PASSWORD, must_change_password=False)
    for address, name, role, language in (
        ("admin@example.com", "Ada Admin", "admin", "en"),
        ("suyeon@example.com", "박수연", "supervisor", "ko"),
        ("minjun@example.com", "김민준", "agent", "ko"),
        ("emma@example.com", "Emma Fischer", "agent", "en"),
    )
)
