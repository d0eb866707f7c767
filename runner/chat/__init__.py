"""Slack's face: one slash command, one private channel a case, cards and buttons. No decisions live here."""
