"""System services, one folder each; they talk over the bus and never import each other."""
