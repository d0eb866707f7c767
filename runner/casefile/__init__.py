"""What a case's records add up to: its contents, where it stands, what is due."""
