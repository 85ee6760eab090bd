"""Who reaches what: service_coverage, gaps, checks and comparisons, from distances on foot."""
