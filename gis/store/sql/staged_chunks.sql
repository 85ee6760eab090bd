-- The last row number of each chunk of the staged rows, in order. Parameter: size (rows).
SELECT max(row_no) AS last
FROM (SELECT row_no, (row_number() OVER (ORDER BY row_no) - 1) / :size AS chunk
      FROM pg_temp.staged) AS numbered
GROUP BY chunk
ORDER BY chunk
