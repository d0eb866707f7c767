"""The chat: a face of the desk for people who live in Slack."""
