-- Settle waiting rows of earlier runs of a layer by their codes.
-- Parameters: run_id, layer, ledger (bool: runs of ledgers or of files with geometry),
-- codes text[], state ('stored' or 'dropped').
UPDATE import_row AS w
SET state = :state
FROM import_run AS r
WHERE r.id = w.run_id AND w.state = 'waiting' AND w.run_id < :run_id AND r.layer = :layer
  AND (r.counts ->> 'placed_share' IS NOT NULL) = :ledger
  AND w.code = ANY (CAST(:codes AS text[]))
