-- name: forget_expired
-- The person's quizzes whose time is over, and all but the newest so many.
delete from quiz
 where expires_at <= clock_timestamp()
    or id in (select id from quiz order by id desc offset %(keep)s);

-- name: people_with_expired
-- Of all shops, whose quizzes are over.
select shop as tenant_id, person as user_id from public.people_with_expired_quizzes(%(at_most)s);

-- name: remove_expired
-- The person's quizzes whose time is over, with their answers.
delete from quiz where expires_at <= clock_timestamp();

-- name: forget_outside
-- The person's quizzes that belong to no conversation; the others go with theirs.
delete from quiz where thread_id is null;

-- name: keep
-- A quiz that was asked; of one call there is one.
insert into quiz (id, thread_id, call_id, topic, level, language, questions, expires_at)
values (%(id)s, %(thread_id)s, %(call_id)s, %(topic)s, %(level)s, %(language)s, %(questions)s,
        clock_timestamp() + make_interval(secs => %(keep_s)s))
on conflict (tenant_id, user_id, call_id) do nothing;

-- name: of_call
-- The quiz that a call has asked, if it was run before.
select id, topic, level, language, questions, expires_at from quiz where call_id = %(call_id)s;

-- name: by_id
-- One quiz that is still open for answers.
select id, topic, level, language, questions, expires_at
  from quiz where id = %(id)s and expires_at > clock_timestamp();

-- name: newest
-- The newest quiz of a conversation; without one the newest of those that were asked outside of any.
select id, topic, level, language, questions, expires_at
  from quiz where thread_id is not distinct from %(thread_id)s and expires_at > clock_timestamp()
 order by id desc limit 1;

-- name: answer
-- The first answer to a question counts, whoever comes with a second one at the same time.
insert into quiz_answer (quiz_id, number, call_id, choice, is_right)
values (%(quiz_id)s, %(number)s, %(call_id)s, %(choice)s, %(is_right)s)
on conflict (tenant_id, user_id, quiz_id, number) do nothing;

-- name: answers
-- What was answered to a quiz, by question.
select number, call_id, choice, is_right from quiz_answer where quiz_id = %(quiz_id)s order by number;
