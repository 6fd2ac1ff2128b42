"""The diagnostics service: trouble codes read, explained, kept, cleared and, where software can, repaired."""
