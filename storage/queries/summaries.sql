-- name: read_summary
-- The running summary of the thread.
select through_seq, text from thread_summary where thread_id = %(thread_id)s;

-- name: want_folded
-- Says which of the thread's messages are to leave its window; never less than before.
update thread set fold_through = greatest(fold_through, %(through_seq)s::bigint) where id = %(thread_id)s;

-- name: standing
-- What the thread's summary is made from, and how far it is to go.
select t.fold_through, s.through_seq, s.text
  from thread t left join thread_summary s on s.thread_id = t.id
 where t.id = %(thread_id)s;

-- name: messages_to_fold
-- What was said in the newest messages up to a seq and after another, newest first: texts and calls, cut.
select m.seq, m.role,
       left((select string_agg(part ->> 'text', ' ' order by place)
               from jsonb_array_elements(m.parts) with ordinality as parts (part, place)
              where part ->> 'type' = 'text'), %(chars)s) as text,
       coalesce((select jsonb_agg(jsonb_build_object('tool', substr(part ->> 'type', 6),
                                                     'input', left((part -> 'input')::text, %(input_chars)s))
                                  order by place)
                   from jsonb_array_elements(m.parts) with ordinality as parts (part, place)
                  where part ->> 'state' = 'output-available' and part -> 'toolMetadata' is null), '[]') as calls
  from message m
 where m.thread_id = %(thread_id)s and m.seq > %(after_seq)s and m.seq <= %(through_seq)s
 order by m.seq desc
 limit %(most)s;

-- name: lock_thread
-- Nothing is cut off the thread until the transaction ends.
select id from thread where id = %(thread_id)s for no key update;

-- name: save_summary
-- Replaces the summary, if it is still the one that the new text was made from, and what it covers is still there.
insert into thread_summary as s (thread_id, through_seq, text)
select %(thread_id)s, %(through_seq)s, %(text)s
 where exists (select from message where thread_id = %(thread_id)s and seq = %(through_seq)s)
   and (%(previous_seq)s::bigint is null or exists (select from thread_summary where thread_id = %(thread_id)s))
on conflict (tenant_id, user_id, thread_id)
do update set through_seq = excluded.through_seq, text = excluded.text, updated_at = clock_timestamp()
 where s.through_seq = %(previous_seq)s;
