"""The only code that opens files: vector files, spreadsheets and OSM extracts."""
