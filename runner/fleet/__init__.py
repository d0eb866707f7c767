"""The servers' hands: cases run in processes, on as many machines as share a store."""
