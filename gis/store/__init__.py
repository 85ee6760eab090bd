"""PostGIS: tables, engine and one module per aggregate. Nothing here commits; services do."""
