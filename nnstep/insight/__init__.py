"""What an event means. Reads values and events, never changes the run, and draws nothing."""
