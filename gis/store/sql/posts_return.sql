-- Give posts back the period that a withdrawn publication cut off, unless somebody has changed
-- them since, or gave the same post another period in that time. Parameter: publication_id.
-- Returns the codes of the posts that are back.
WITH cut AS (
    SELECT CAST(item ->> 0 AS bigint) AS id,
           CAST(item ->> 1 AS daterange) AS before,
           CAST(item ->> 2 AS daterange) AS after
    FROM publication, jsonb_array_elements(publication.ended_posts) AS item
    WHERE publication.id = :publication_id
)
UPDATE post SET valid = cut.before
FROM cut
WHERE post.id = cut.id AND post.valid = cut.after
  AND NOT EXISTS (
      SELECT 1 FROM post AS other
      WHERE other.code = post.code AND other.id <> post.id AND other.valid && cut.before
        -- Another grid that the post had all along is no new place for it.
        AND (other.grid_id = post.grid_id
             OR lower(other.valid) >= coalesce(upper(cut.after), lower(cut.before)))
  )
RETURNING post.code
