"""The template host: what apps say as templates of `carservices.app.templates`, drawn in the car's own design."""
