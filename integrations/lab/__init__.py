"""The simulated company: one stand-in a vendor on loopback, its people, ledgers and faults."""
