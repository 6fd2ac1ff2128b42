"""The state of an app as the contract says it."""

from carservices.api.appstatus import AppStatus, Counters, HeldBack, Sandbox, SandboxLevel
from carservices.apphost.life import App
from carservices.apphost.sandbox import Report
from carservices.apphost.session import Session


def status(app: App) -> AppStatus:
    """Everything about it now."""
    manifest = app.bundle.manifest
    return AppStatus(
        id=app.id,
        name=app.bundle.name,
        version=manifest.version,
        category=manifest.category,
        icon=app.bundle.icon,
        state=app.state,
        builtin=app.bundle.builtin,
        sandbox=_sandbox(app.report) if app.report is not None else None,
        pid=app.pid,
        cpu=app.cpu,
        rss=app.rss,
        counters=_counters(app.session) if app.session is not None else Counters(),
        held_back=_held_back(app.session) if app.session is not None else (),
        grants=app.access.granted,
        last_error=app.health.trouble or app.last_error,
    )


def _sandbox(report: Report) -> Sandbox:
    missing = tuple(f"{one.what}: {one.cure}" for one in report.missing)
    return Sandbox(level=SandboxLevel(report.level.word), missing=missing)


def _counters(session: Session) -> Counters:
    return Counters(
        received=session.link.received,
        sent=session.link.sent,
        values=session.signals.values,
        coalesced=sum(toll.coalesced for toll in session.tolls.values()),
        drops=sum(toll.drops for toll in session.tolls.values()),
        denied=session.requests.denied,
        violations=session.violations,
    )


def _held_back(session: Session) -> tuple[HeldBack, ...]:
    every = (
        HeldBack(permission=name, coalesced=toll.coalesced, drops=toll.drops, refused=toll.refused)
        for name, toll in session.tolls.items()
    )
    return tuple(one for one in every if one.total)
