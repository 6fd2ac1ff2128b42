"""What is on the glass, as a picture file."""

from pathlib import Path

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
from kivy.graphics.texture import Texture


def save(path: Path) -> None:
    """Draw the window and write it to exactly `path` (kivy's own screenshot numbers the name); PNG by its suffix.

    Raises OSError when it cannot be written.
    """
    Window.dispatch("on_draw")
    width, height = Window.size
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer(glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE), colorfmt="rgba")
    path.touch()  # kivy only logs a file that it cannot write
    texture.save(str(path), flipped=True)
