"""Evidence: items named by digest, the journal's hash chain, the bag, and its verification."""
