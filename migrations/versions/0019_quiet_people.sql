-- What is read of buildings for figures, without the people whom figures no longer tell.
DROP INDEX ix_building_stock;
CREATE INDEX ix_building_stock ON building (community_code, households_kind) INCLUDE (
    code, households, households_estimated, retired_on
);

-- A row that is as it was but for its people, its run and its time is no change of any map: old
-- and new are then equal in what stands here, and fall together. Gates lie in the community of
-- their courtyard, so a courtyard that passes to another one takes them along.
SELECT record_changes_of('courtyard', ARRAY[
    'SELECT geom, community_code AS area, NULL::bigint AS plan FROM touched', '',
    'SELECT g.geom, t.community_code AS area, NULL::bigint AS plan
    FROM (
        SELECT code, community_code FROM touched GROUP BY code, community_code HAVING count(*) = 1
    ) AS t
    JOIN gate AS g ON g.courtyard_code = t.code', 'gate']);
SELECT record_changes_of('building', ARRAY[
    'SELECT geom, community_code AS area, NULL::bigint AS plan
    FROM touched
    GROUP BY id, code, name, number, address, community_code, courtyard_code, households,
        households_kind, households_estimated, floors, stairwells, retired_on, geom
    HAVING count(*) = 1', '',
    'SELECT c.geom, c.community_code AS area, NULL::bigint AS plan
    FROM (
        SELECT DISTINCT courtyard_code
        FROM (
            SELECT code, courtyard_code, community_code
            FROM touched
            GROUP BY code, courtyard_code, community_code, households, households_estimated,
                retired_on, geom
            HAVING count(*) = 1
        ) AS other
    ) AS t
    JOIN courtyard AS c ON c.code = t.courtyard_code', 'courtyard']);
