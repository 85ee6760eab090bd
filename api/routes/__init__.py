"""HTTP routes, one file per resource; they hold no logic."""
