"""The map of the cockpit: compact OpenStreetMap data, nearest road, and a widget that draws it on the GPU."""
