-- A worker who stands in the roster. Binds: code.
SELECT id, name FROM worker WHERE code = CAST(:code AS text) AND retired_on IS NULL
