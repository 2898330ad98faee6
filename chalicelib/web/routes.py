"""All routes; `app.py` registers them."""

from chalicelib.web import (
    health,
    help_centre,
    new_ticket,
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
    sessions.routes,
    queues.routes,
    tickets.routes,
    solutions.routes,
    reports.routes,
    quarantine.routes,
    static.routes,
    health.routes,
    unknown.routes,
)
