"""Staff: team templates and their chains as data, vacancy, and what of people may be shown."""
