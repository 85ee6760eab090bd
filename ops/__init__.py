"""What an operator runs: set-up of a fresh machine, standard library only."""
