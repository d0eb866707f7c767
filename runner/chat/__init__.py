"""The chat's face: Slack over Socket Mode. No decisions live here; the desk makes them."""
