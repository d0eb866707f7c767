"""What leaves the process while it works: logs, metrics, traces. All made from records, by closed lists."""
