-- name: append_message
-- Stores a message at the next seq of the thread; locks its row, so that messages come one after another.
with place as (
  update thread set next_seq = next_seq + 1, updated_at = greatest(clock_timestamp(), updated_at)
   where id = %(thread_id)s returning next_seq - 1 as seq
)
insert into message (thread_id, seq, message_id, role, parts, metadata, run_id)
select %(thread_id)s, seq, %(message_id)s, %(role)s, %(parts)s, %(metadata)s, %(run_id)s from place
returning seq;

-- name: replace_message
-- Stores what has become of a message, in its place; locks the thread's row, as appending does.
with thread_first as (
  update thread set updated_at = greatest(clock_timestamp(), updated_at) where id = %(thread_id)s returning id
)
update message set parts = %(parts)s, metadata = %(metadata)s, run_id = %(run_id)s
  from thread_first where message.thread_id = thread_first.id and message_id = %(message_id)s;

-- name: last_messages
-- The newest messages before a seq, newest first.
select seq, message_id, role, parts, metadata, run_id, created_at
  from message
 where thread_id = %(thread_id)s and (%(before_seq)s::bigint is null or seq < %(before_seq)s)
 order by seq desc
 limit %(last)s;

-- name: get_by_message_id
-- One message by the id that clients know.
select seq, message_id, role, parts, metadata, run_id, created_at
  from message where thread_id = %(thread_id)s and message_id = %(message_id)s;

-- name: delete_from
-- Cuts the thread off at a seq, for an edit or a regenerate.
delete from message where thread_id = %(thread_id)s and seq >= %(seq)s;

-- name: forget_summary
-- A summary that covers what was cut off is no longer true, and what was to be folded may be all that is left.
with spared as (
  update thread set fold_through = null where id = %(thread_id)s and fold_through >= %(seq)s
)
delete from thread_summary where thread_id = %(thread_id)s and through_seq >= %(seq)s;
