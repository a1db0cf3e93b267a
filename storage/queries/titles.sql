-- name: turn_to_title
-- Question and answer of a finished run, while its thread has no title of its own.
select asked.parts as question, answered.parts as answer
  from run r
  join thread t on t.id = r.thread_id and t.titled_by = 'question'
  join message asked on asked.thread_id = r.thread_id and asked.seq = r.user_message_seq
  join message answered on answered.thread_id = r.thread_id and answered.message_id = r.assistant_message_id
 where r.id = %(run_id)s and r.status = 'finished';

-- name: lend_title
-- Words of the question stand in for a title until there is one.
update thread set title = %(title)s where id = %(thread_id)s and titled_by = 'question';

-- name: give_title
-- The title that a model wrote, unless the thread has one of its own by now.
update thread set title = %(title)s, titled_by = 'model' where id = %(thread_id)s and titled_by = 'question';
