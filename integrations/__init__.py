"""The hands: one module a vendor, and the one HTTP client."""
