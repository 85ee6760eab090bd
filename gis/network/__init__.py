"""The walking network: streets as a graph, walls with their gates, places set on its edges."""
