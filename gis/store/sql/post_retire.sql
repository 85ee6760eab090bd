-- End the open period of posts today. Parameter: codes (text[]).
UPDATE post
SET valid = daterange(lower(valid), greatest(lower(valid), current_date))
WHERE code = ANY (:codes) AND upper_inf(valid)
