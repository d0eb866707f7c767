"""Rules across the steps of a playbook, one family a module; each rule is a short function."""
