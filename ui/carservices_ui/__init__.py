"""The Kivy shell: system screens, widgets and the emulator panel."""
