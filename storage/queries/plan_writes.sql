-- name: lock_plan
-- Whoever changes this shop's plan waits here until the transaction ends; gives back the version that it stands at.
select data_version from tenant_settings where tenant_id = current_setting('app.tenant') for no key update;

-- name: of_call
-- The write that was made for a tool call.
select id, tool, summary, changes, requested_by, approved_by, applied_at, data_version, undoes, undone_by, proposal_hash
  from plan_write where thread_id = %(thread_id)s and call_id = %(call_id)s;

-- name: by_id
-- One write of the shop, whoever asked for it.
select id, tool, summary, changes, requested_by, approved_by, applied_at, data_version, undoes, undone_by, proposal_hash
  from plan_write where id = %(id)s;

-- name: newest_own
-- The person's newest write that is not taken back, and takes none back itself.
select id, tool, summary, changes, requested_by, approved_by, applied_at, data_version, undoes, undone_by, proposal_hash
  from plan_write
 where requested_by = current_setting('app.user') and undone_by is null and undoes is null
 order by applied_at desc limit 1;

-- name: is_over
-- Whether the time by which it must have been approved is past, and some minutes to make it.
select clock_timestamp() > %(expires_at)s + make_interval(mins => %(grace_min)s);

-- name: add
-- The ledger's row, at the end of the write that it is about.
insert into plan_write (id, thread_id, run_id, call_id, tool, input, proposal_hash, summary, approved_by,
                        base_data_version, data_version, changes, origins, undoes, applies)
select %(id)s, %(thread_id)s, %(run_id)s, %(call_id)s, %(tool)s, %(input)s, %(proposal_hash)s, %(summary)s,
       %(approved_by)s, %(base_data_version)s, s.data_version, %(changes)s, %(origins)s, %(undoes)s,
       %(applies)s
  from tenant_settings s where s.tenant_id = current_setting('app.tenant')
returning id, tool, summary, changes, requested_by, approved_by, applied_at, data_version, undoes, undone_by,
          proposal_hash;

-- name: mark_undone
-- The write is taken back; it can be once.
update plan_write set undone_by = %(undone_by)s where id = %(id)s and undone_by is null;

-- name: origins
-- Where rows came from that an earlier write removed.
select origins from plan_write where id = %(id)s;
