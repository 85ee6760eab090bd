-- Buildings are found by what people call them: the keys of their address, their name, and their
-- number in the courtyard they stand in. Triggers keep the keys; nobody else writes them.
CREATE TABLE building_key (
    key TEXT NOT NULL,
    building_code TEXT NOT NULL,
    CONSTRAINT pk_building_key PRIMARY KEY (key, building_code)
);
CREATE INDEX ix_building_key_building_code ON building_key (building_code);
COMMENT ON TABLE building_key IS 'Spellings by which buildings are found, folded; kept by triggers.';

-- As gis.io.spelling.folded_address, without traditional characters and Chinese numerals: what is
-- asked for is folded by that first, then by this.
CREATE FUNCTION address_key(spelled text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT regexp_replace(regexp_replace(replace(regexp_replace(
        lower(normalize(spelled, NFKC)),
        '[\s,.;:，。、；：·・''"“”‘’`()\[\]{}（）【】《》<>_/|!?*]+', '', 'g'), '苑', '园'),
        '([0-9a-z])(号楼|號樓|号幢|号栋|楼栋|幢|栋|棟|座|#)楼*', '\1幢', 'g'),
        '(^|[^0-9])0+(?=[0-9])', '\1', 'g')
$function$;

CREATE FUNCTION building_keys_of(codes text[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $function$
    DELETE FROM building_key WHERE building_code = ANY (codes);
    INSERT INTO building_key (key, building_code)
    SELECT DISTINCT spelled.key, b.code
    FROM building AS b
    LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
    CROSS JOIN LATERAL (
        SELECT regexp_replace(address_key(coalesce(b.number, b.name)), '(号|幢)$', '') AS number,
               regexp_replace(address_key(c.name), '小区$', '') AS yard
    ) AS part
    CROSS JOIN LATERAL (
        VALUES (address_key(b.address)), (address_key(b.name)), (part.yard || part.number || '幢')
    ) AS spelled (key)
    WHERE b.code = ANY (codes) AND spelled.key <> '' AND length(spelled.key) <= 200;
$function$;

CREATE FUNCTION building_keys_touched() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    IF TG_TABLE_NAME = 'courtyard' THEN
        PERFORM building_keys_of(ARRAY(
            SELECT b.code FROM touched AS t JOIN building AS b ON b.courtyard_code = t.code));
    ELSE
        PERFORM building_keys_of(ARRAY(SELECT code FROM touched));
    END IF;
    RETURN NULL;
END
$function$;

-- An update that leaves all names as they were costs a comparison and no more.
CREATE FUNCTION building_keys_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    IF TG_TABLE_NAME = 'courtyard' THEN
        PERFORM building_keys_of(ARRAY(
            SELECT b.code
            FROM touched AS t
            JOIN before AS o ON o.id = t.id AND o.name IS DISTINCT FROM t.name
            JOIN building AS b ON b.courtyard_code = t.code));
    ELSE
        PERFORM building_keys_of(ARRAY(
            SELECT t.code
            FROM touched AS t
            JOIN before AS o ON o.id = t.id
            WHERE (o.name, o.number, o.address, o.courtyard_code)
                IS DISTINCT FROM (t.name, t.number, t.address, t.courtyard_code)));
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION building_keys_gone() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    DELETE FROM building_key WHERE building_code IN (SELECT code FROM touched);
    RETURN NULL;
END
$function$;

CREATE TRIGGER building_keys_insert AFTER INSERT ON building
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION building_keys_touched();
CREATE TRIGGER building_keys_update AFTER UPDATE ON building
    REFERENCING OLD TABLE AS before NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION building_keys_changed();
CREATE TRIGGER building_keys_delete AFTER DELETE ON building
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION building_keys_gone();
CREATE TRIGGER building_keys_insert AFTER INSERT ON courtyard
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION building_keys_touched();
CREATE TRIGGER building_keys_update AFTER UPDATE ON courtyard
    REFERENCING OLD TABLE AS before NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION building_keys_changed();

SELECT building_keys_of(ARRAY(SELECT code FROM building));
