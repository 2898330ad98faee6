"""All routes; `app.py` registers them."""

from chalicelib.web import (
    files,
    health,
    help_centre,
    mail_settings,
    new_ticket,
    notices,
    quarantine,
    queues,
    reports,
    sessions,
    solutions,
    static,
    status,
    surveys,
    tickets,
    unknown,
)

BLUEPRINTS = (
    help_centre.routes,
    new_ticket.routes,
    status.routes,
    surveys.routes,
    files.routes,
    sessions.routes,
    queues.routes,
    tickets.routes,
    notices.routes,
    solutions.routes,
    reports.routes,
    quarantine.routes,
    mail_settings.routes,
    static.routes,
    health.routes,
    unknown.routes,
)
