-- End posts that hold or are to come, today. Parameters: codes (text[]); today date.
UPDATE post
SET valid = daterange(lower(valid), greatest(lower(valid), CAST(:today AS date)))
WHERE code = ANY (:codes) AND NOT isempty(valid)
  AND (upper_inf(valid) OR upper(valid) > CAST(:today AS date))
