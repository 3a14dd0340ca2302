"""The door keeps hooks safe from strangers: it bounds connections, slow requests and pages."""
