-- name: record
-- One row of what was done to a plan, or refused.
insert into audit (id, action, tool, input, requested_by, approved_by, thread_id, run_id, call_id, write_id, changes, code)
values (%(id)s, %(action)s, %(tool)s, %(input)s, %(requested_by)s, %(approved_by)s, %(thread_id)s, %(run_id)s,
        %(call_id)s, %(write_id)s, %(changes)s, %(code)s);

-- name: newest
-- The newest rows of the shop.
select at, actor, action, tool, input, requested_by, approved_by, thread_id, run_id, call_id, write_id, changes, code
  from audit order by at desc, id desc limit %(most)s;
