"""The state of an app as the contract says it."""

from carservices.api.appstatus import AppStatus, Counters, Sandbox, SandboxLevel
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
        coalesced=session.signals.overtaken,
        drops=session.signals.drops,
        denied=session.requests.denied,
        violations=session.violations,
    )
