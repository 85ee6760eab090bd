-- End the open period of areas today. Parameters: codes (text[]); today date.
UPDATE area
SET valid = daterange(lower(valid), greatest(lower(valid), CAST(:today AS date)))
WHERE code = ANY (:codes) AND upper_inf(valid)
