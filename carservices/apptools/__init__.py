"""What the author of an app works with: begin one, try it, check it; `carservices app` is their command."""
