-- End posts that hold or are to come, today. Parameter: codes (text[]).
UPDATE post
SET valid = daterange(lower(valid), greatest(lower(valid), current_date))
WHERE code = ANY (:codes) AND NOT isempty(valid)
  AND (upper_inf(valid) OR upper(valid) > current_date)
