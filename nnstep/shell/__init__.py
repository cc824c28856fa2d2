"""What you type and what you see: grammar, commands, output, prompt. No engine, no tables."""
