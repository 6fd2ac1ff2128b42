"""What the test apps show: the speed, and plain rows."""

from carservices.app import ListTemplate, Row

SPEED = "Vehicle.Speed"


def rows(*texts):
    return ListTemplate("x", [Row(text) for text in texts])
