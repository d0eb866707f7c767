"""One module a vendor: how its world begins anew, and the cases of its actions."""
