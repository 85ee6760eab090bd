-- Every link of a chain by itself: behind `responsible_chain`.
SELECT kind, code, name, template, post, role, tags, worker_id, deputy_id
FROM link
ORDER BY code, role, post
