"""What stays around every screen: rail, status bar, climate bar."""
