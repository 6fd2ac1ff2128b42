"""The door `sdv.databroker.v1`, which Velocitas' SDK speaks; later databrokers call it deprecated."""
