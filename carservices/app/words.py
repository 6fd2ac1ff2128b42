"""The SDK's own words in the languages of the car."""

from typing import Final

from carservices.app.i18n import Strings

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "failed": "Something went wrong in this app. It goes on.",
        "retry": "Try again",
        "denied": "Allow this app in Settings, Apps what it needs here: {permission}",
        "Row1.Left": "Front left",
        "Row1.Right": "Front right",
        "Row2.Left": "Rear left",
        "Row2.Right": "Rear right",
        "Row1.DriverSide": "Driver",
        "Row1.PassengerSide": "Passenger",
        "Row2.DriverSide": "Behind the driver",
        "Row2.PassengerSide": "Behind the passenger",
    },
    "de": {
        "failed": "In dieser App ist etwas schiefgegangen. Sie läuft weiter.",
        "retry": "Noch einmal",
        "denied": "Erlauben Sie der App unter Einstellungen, Apps, was sie hier braucht: {permission}",
        "Row1.Left": "Vorn links",
        "Row1.Right": "Vorn rechts",
        "Row2.Left": "Hinten links",
        "Row2.Right": "Hinten rechts",
        "Row1.DriverSide": "Fahrer",
        "Row1.PassengerSide": "Beifahrer",
        "Row2.DriverSide": "Hinter dem Fahrer",
        "Row2.PassengerSide": "Hinter dem Beifahrer",
    },
    "fr": {
        "failed": "Une erreur s’est produite dans cette application. Elle continue.",
        "retry": "Réessayer",
        "denied": "Autorisez dans Réglages, Applis ce qu’il faut ici à cette application : {permission}",
        "Row1.Left": "Avant gauche",
        "Row1.Right": "Avant droite",
        "Row2.Left": "Arrière gauche",
        "Row2.Right": "Arrière droite",
        "Row1.DriverSide": "Conducteur",
        "Row1.PassengerSide": "Passager",
        "Row2.DriverSide": "Derrière le conducteur",
        "Row2.PassengerSide": "Derrière le passager",
    },
}

_STRINGS: Final = Strings(WORDS)


def word(language: str, key: str, **values: object) -> str:
    """A word of the SDK; English in a language it does not know."""
    return _STRINGS.say(language, key, **values)
