"""The verbs that this package brings to the `carservices` command."""

VERBS = {
    "door": ("carservices_hal.cli.door:main", "doors for programs of other platforms: KUKSA, Velocitas, VISS"),
    "obd": ("carservices_hal.cli.obd:main", "an ELM327 adapter for phone apps and scan tools, backed by the car"),
    "can": (
        "carservices_hal.cli.can:main",
        "CAN frames, live or from a log: dump, replay, plot, coverage; check a database",
    ),
}
