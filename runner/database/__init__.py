"""The one database of a store: the journal, who runs a case, whom it is about, what may be asked a minute."""
