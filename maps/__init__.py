"""Turns data into pictures: tiles, styles, folium pages and the web pages."""
