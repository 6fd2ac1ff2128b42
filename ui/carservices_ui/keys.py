"""The keys of a keyboard, a steering wheel and a rotary controller, and what each means to the cockpit."""

SDL_KEY = 1 << 30
"""Marks an SDL key by its place (scan code); kivy hands those on that it does not know."""
KEYS = {
    8: "backspace",
    9: "tab",
    13: "enter",
    32: "space",
    27: "escape",
    273: "up",
    274: "down",
    275: "right",
    276: "left",
    280: "pageup",
    281: "pagedown",
    **dict.fromkeys((291, SDL_KEY | 127, SDL_KEY | 262), "mute"),
    **dict.fromkeys((292, SDL_KEY | 129), "softer"),
    **dict.fromkeys((293, SDL_KEY | 128), "louder"),
}
"""Kivy's key codes; page up and down are the clicks of a rotary controller.

The volume has its own keys, as on a steering wheel, and F10 to F12 on keyboards without them.
"""
