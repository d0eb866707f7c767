"""The use cases every face calls: terminal, Slack, servers. No face has logic of its own."""
