-- End the open period of areas today. Parameter: codes (text[]).
UPDATE area
SET valid = daterange(lower(valid), greatest(lower(valid), current_date))
WHERE code = ANY (:codes) AND upper_inf(valid)
