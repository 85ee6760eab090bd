-- Erase names and phones of workers who are gone; their posts and codes stay.
-- Binds: codes text[] or null: everyone gone; today date; before date: only those whose last post ended on or
-- before that day, who hold none and have none to come. Somebody who never had a post counts from
-- the day, in China, their row was last changed. Returns the codes.
UPDATE worker AS w
SET name = '', phone = NULL, erased_on = CAST(:today AS date),
    retired_on = coalesce(retired_on, CAST(:today AS date))
WHERE (CAST(:codes AS text[]) IS NULL OR w.code = ANY (CAST(:codes AS text[])))
  AND w.erased_on IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM post AS p
      WHERE (p.worker_id = w.id OR p.deputy_id = w.id) AND NOT isempty(p.valid)
        AND (upper_inf(p.valid) OR upper(p.valid) > CAST(:before AS date))
  )
  AND (
      EXISTS (SELECT 1 FROM post AS p WHERE p.worker_id = w.id OR p.deputy_id = w.id)
      OR CAST(w.changed_at AT TIME ZONE 'Asia/Shanghai' AS date) <= CAST(:before AS date)
  )
RETURNING w.code
