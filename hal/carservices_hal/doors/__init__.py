"""Doors for foreign clients: KUKSA (`kuksa.val.v2`, `v1`), Velocitas (`sdv.databroker.v1`) and VISSv2."""
