"""The verbs that this package brings to the `carservices` command."""

VERBS = {
    "can": ("carservices_hal.cli.can:main", "dump, replay, plot and explain CAN frames, live or from a log"),
}
