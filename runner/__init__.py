"""severance: closes every door a departing or discovered worker still holds, and proves it."""
