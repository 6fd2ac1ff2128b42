"""Maps of a car: imported from OpenStreetMap, kept beside each other, one in use."""
