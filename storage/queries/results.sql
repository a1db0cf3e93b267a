-- name: store_result
-- Keeps the whole output of a tool call; the same call again is the same row.
insert into tool_result (id, thread_id, run_id, tool, output)
values (%(id)s, %(thread_id)s, %(run_id)s, %(tool)s, %(output)s)
on conflict (tenant_id, user_id, id) do nothing;

-- name: get_result
-- One output by the id of its call.
select id, thread_id, run_id, tool, output, created_at from tool_result where id = %(id)s;
