-- What each staged post is for: one row for each grid, area, group, building or stairwell it names;
-- grid_id and subject_code are null where nothing of that name is stored. No parameters.
-- A stairwell is named by its code or as BUILDING#NUMBER, also where stairwells are only counted; a
-- resident group by its name within the row's community, or as COMMUNITY/NAME.
CREATE TEMPORARY TABLE staged_subject ON COMMIT DROP AS
SELECT DISTINCT
    s.row_no,
    s.post_id,
    s.subject_kind,
    one.named,
    g.id AS grid_id,
    CASE s.subject_kind
        WHEN 'grid' THEN NULL
        WHEN 'building' THEN b.code
        WHEN 'stairwell' THEN coalesce(
            st.code, numbered.code, CASE WHEN counted.code IS NOT NULL THEN one.named END)
        WHEN 'group' THEN CASE WHEN grouped.community IS NOT NULL THEN grouped.code END
        ELSE a.code
    END AS subject_code,
    CASE s.subject_kind
        WHEN 'grid' THEN NULL
        WHEN 'building' THEN b.community_code
        WHEN 'stairwell' THEN coalesce(
            of_stairwell.community_code, of_numbered.community_code, counted.community_code)
        WHEN 'group' THEN grouped.community
        ELSE a.code
    END AS area_code,
    coalesce(g.community_code, '') AS grid_community
FROM pg_temp.staged AS s
CROSS JOIN LATERAL unnest(string_to_array(
    CASE WHEN s.subject_kind = 'grid' THEN coalesce(s.grid_code, s.subject_code)
         ELSE s.subject_code END, ',')) AS one (named)
LEFT JOIN grid AS g ON s.subject_kind = 'grid' AND g.code = one.named
LEFT JOIN building AS b
    ON s.subject_kind = 'building' AND b.code = one.named AND b.retired_on IS NULL
LEFT JOIN stairwell AS st
    ON s.subject_kind = 'stairwell' AND st.code = one.named AND st.retired_on IS NULL
LEFT JOIN building AS of_stairwell ON of_stairwell.code = st.building_code
LEFT JOIN stairwell AS numbered
    ON s.subject_kind = 'stairwell' AND numbered.building_code = split_part(one.named, '#', 1)
    AND numbered.number = split_part(one.named, '#', 2) AND numbered.retired_on IS NULL
LEFT JOIN building AS of_numbered ON of_numbered.code = numbered.building_code
LEFT JOIN building AS counted
    ON s.subject_kind = 'stairwell' AND counted.code = split_part(one.named, '#', 1)
    AND counted.retired_on IS NULL AND split_part(one.named, '#', 2) ~ '^[1-9][0-9]?$'
    AND CAST(nullif(split_part(one.named, '#', 2), '') AS integer) <= counted.stairwells
    AND NOT EXISTS (SELECT 1 FROM stairwell AS known
                    WHERE known.building_code = counted.code AND known.retired_on IS NULL)
LEFT JOIN LATERAL (
    SELECT CASE WHEN strpos(one.named, '/') > 0 THEN one.named
                ELSE s.community_code || '/' || one.named END AS code
) AS full_name ON s.subject_kind = 'group'
LEFT JOIN LATERAL (
    SELECT full_name.code, c.code AS community
    FROM area AS c
    WHERE c.code = split_part(full_name.code, '/', 1) AND c.level = 'community'
      AND upper_inf(c.valid)
) AS grouped ON true
LEFT JOIN area AS a
    ON s.subject_kind IN ('county', 'subdistrict', 'community') AND a.code = one.named
    AND a.level = s.subject_kind AND upper_inf(a.valid)
