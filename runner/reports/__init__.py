"""Reports: what the journal says, as HTML, Markdown, CSV and JSON, for people who were not there."""
