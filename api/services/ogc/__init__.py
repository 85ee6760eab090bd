"""OGC API Features: the layers of the contract as collections that QGIS and GDAL open."""
