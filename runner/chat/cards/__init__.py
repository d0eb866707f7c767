"""What the chat shows: a case's board turned into Block Kit. Pure functions; nothing here sends anything."""
