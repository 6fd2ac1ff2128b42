"""The trip log: what was driven when, how far, with how much energy and for what."""
