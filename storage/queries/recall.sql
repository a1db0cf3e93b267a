-- name: not_indexed
-- The person's newest messages that have no row of this model, and those of a run whose answer may have grown.
select m.thread_id, m.seq, m.role, m.parts
  from message m
  left join message_recall r using (thread_id, seq)
 where m.role in ('user', 'assistant')
   and (r.model is distinct from %(model)s or m.run_id = %(run_id)s)
 order by m.created_at desc, m.seq desc
 limit %(limit)s;

-- name: index_message
-- Not of a message that is gone by now.
insert into message_recall (thread_id, seq, model, text, embedding)
select thread_id, seq, %(model)s, %(text)s, %(embedding)s::halfvec
  from message where thread_id = %(thread_id)s and seq = %(seq)s
on conflict (tenant_id, user_id, thread_id, seq)
do update set model = excluded.model, text = excluded.text, embedding = excluded.embedding;

-- name: search
-- Nearest in meaning and best in words, fused by reciprocal rank (Cormack et al. 2009, k = 60). Exact: every row
-- of the person is compared. Without a vector the words alone count.
with mine as materialized (
  select r.thread_id, r.seq, r.text, r.embedding, r.model, m.created_at
    from message_recall r join message m using (thread_id, seq)
   where r.text <> '' and r.thread_id is distinct from %(but_thread_id)s
     and (%(since)s::timestamptz is null or m.created_at >= %(since)s)
     and (%(until)s::timestamptz is null or m.created_at < %(until)s)
), near as (
  select thread_id, seq, 1 - (embedding <=> %(embedding)s::halfvec) as similarity,
         row_number() over (order by embedding <=> %(embedding)s::halfvec, created_at desc, seq desc) as place
    from mine
   where model = %(model)s and embedding is not null and %(embedding)s::halfvec is not null
   order by place
   limit %(pool)s
), asked as (
  select replace(plainto_tsquery('simple', %(words)s)::text, ' & ', ' | ')::tsquery as words
), worded as (
  select thread_id, seq,
         row_number() over (
           order by ts_rank_cd(to_tsvector('simple', text), words, 1) desc, created_at desc, seq desc) as place
    from mine, asked
   where to_tsvector('simple', text) @@ words
   order by place
   limit %(pool)s
), fused as (
  select thread_id, seq, max(similarity) as similarity, sum(1.0 / (60 + place)) as score
    from (select thread_id, seq, similarity, place from near
          union all
          select thread_id, seq, null, place from worded) as found
   group by thread_id, seq
   order by score desc, thread_id desc, seq desc
   limit %(top_k)s
)
select t.chat_id, t.title, f.thread_id, f.seq, f.similarity::float8 as similarity
  from fused f join thread t on t.id = f.thread_id
 order by f.score desc, f.thread_id desc, f.seq desc;

-- name: around
-- The message and its neighbours in the conversation, oldest first.
with found as (
  select * from (
    (select m.* from message m where m.thread_id = %(thread_id)s and m.seq <= %(seq)s
      order by m.seq desc limit %(neighbours)s + 1)
    union
    (select m.* from message m where m.thread_id = %(thread_id)s and m.seq > %(seq)s
      order by m.seq limit %(neighbours)s)
  ) as near
)
select seq, message_id, role, parts, created_at from found order by seq;
