"""Division of a community's ground into grids under household caps."""
