-- name: read_summary
-- The running summary of the thread.
select through_seq, text from thread_summary where thread_id = %(thread_id)s;

-- name: save_summary
-- Replaces the summary, if it is still the one that the new text was made from.
insert into thread_summary as s (thread_id, through_seq, text)
select %(thread_id)s, %(through_seq)s, %(text)s
 where %(previous_seq)s::bigint is null
    or exists (select from thread_summary where thread_id = %(thread_id)s)
on conflict (tenant_id, user_id, thread_id)
do update set through_seq = excluded.through_seq, text = excluded.text, updated_at = clock_timestamp()
 where s.through_seq = %(previous_seq)s;
