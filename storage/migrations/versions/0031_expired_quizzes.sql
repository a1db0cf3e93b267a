-- Quizzes whose time is over leave the table, whoever's they are; they are then removed as that person.
create index quiz_expires on quiz (expires_at);
select show_to_dispatch('quiz', 'tenant_id', 'user_id', 'expires_at');
create function people_with_expired_quizzes(at_most int, out shop text, out person text)
  returns setof record language sql stable begin atomic
  select distinct q.tenant_id, q.user_id from quiz q where q.expires_at <= clock_timestamp() limit at_most;
end;
select hand_to_dispatch('people_with_expired_quizzes(int)');
