"""Sample tickets, solutions and people for a desk on this machine."""
