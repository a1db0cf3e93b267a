-- name: claim_index
-- The shop's index, made for this model if there is none.
insert into knowledge_index (model) values (%(model)s) on conflict (tenant_id) do nothing;

-- name: read_index
-- Which model the shop's passages were indexed with.
select model, dimensions from knowledge_index;

-- name: record_dimensions
-- How long the vectors are, if nobody has said it yet.
update knowledge_index set dimensions = %(dimensions)s where dimensions is null;

-- name: forget_empty_index
-- Without documents there is no index, and any model may make the next one.
delete from knowledge_index where not exists (select from knowledge_document);

-- name: hold_source
-- The document of a source, made if there is none; nobody else changes it until the transaction ends.
insert into knowledge_document (id, source) values (%(id)s, %(source)s)
on conflict (tenant_id, source) do update set source = excluded.source
returning id, source, current_version;

-- name: hold_document
-- Nobody else changes the document until the transaction ends.
select id, source, current_version from knowledge_document where id = %(document_id)s for update;

-- name: versions
-- Of a document, oldest first.
select v.document_id, d.source, v.version, v.id, v.kind, v.content_hash, v.title, v.category, v.readers, v.dated,
       v.state, v.passages, v.embedded
  from knowledge_version v join knowledge_document d on d.id = v.document_id
 where v.document_id = %(document_id)s order by v.version;

-- name: add_version
-- A new version of a document; readers do not see it yet.
insert into knowledge_version (document_id, version, id, kind, content_hash, bytes, content, title, category,
                               readers, dated, uploaded_by)
values (%(document_id)s, %(version)s, %(id)s, %(kind)s, %(content_hash)s, %(bytes)s, %(content)s, %(title)s,
        %(category)s, %(readers)s, %(dated)s, %(uploaded_by)s);

-- name: drop_pending
-- Versions that were never seen give way to a newer one.
delete from knowledge_version
 where document_id = %(document_id)s and state <> 'ready' and version < %(version)s;

-- name: version_by_id
-- What a job is about; nothing if it was given up meanwhile.
select v.document_id, d.source, v.version, v.id, v.kind, v.content_hash, v.title, v.category, v.readers, v.dated,
       v.state, v.passages, v.embedded
  from knowledge_version v join knowledge_document d on d.id = v.document_id
 where v.id = %(id)s;

-- name: content
-- The file of a version that is not cut yet.
select content from knowledge_version where id = %(id)s;

-- name: keep_cut
-- The version is cut into so many passages; its file is not needed any more.
update knowledge_version set state = 'embedding', passages = %(passages)s, embedded = 0, content = null,
       title = %(title)s, code = null
 where id = %(id)s and state = 'queued';

-- name: add_passage
-- A passage without a vector.
insert into knowledge_passage (document_id, version, seq, id, page, heading, text, words)
values (%(document_id)s, %(version)s, %(seq)s, %(id)s, %(page)s, %(heading)s, %(text)s,
        knowledge_words(%(title)s || ' ' || array_to_string(%(heading)s::text[], ' ') || ' ' || %(text)s));

-- name: without_vector
-- The next passages of a version that have no vector.
select seq, id, heading, text from knowledge_passage
 where document_id = %(document_id)s and version = %(version)s and embedding is null order by seq limit %(limit)s;

-- name: hold_version
-- Whether it is still there; nobody else changes it until the transaction ends.
select true from knowledge_version where id = %(id)s for update;

-- name: upsert_vectors
-- Passages with their vectors, all that a batch has.
insert into knowledge_passage (id, text, embedding, document_id, version, seq)
select * from unnest(%(ids)s::uuid[], %(texts)s::text[], %(embeddings)s::text[]::halfvec[],
                     %(document_id)s::uuid[], %(version)s::int[], %(seq)s::int[])
on conflict (tenant_id, id) do update set text = excluded.text, embedding = excluded.embedding;

-- name: count_embedded
-- How far a version is.
update knowledge_version v set code = null, embedded =
       (select count(*) from knowledge_passage p
         where p.document_id = v.document_id and p.version = v.version and p.embedding is not null)
 where v.id = %(id)s;

-- name: publish
-- From here on readers see this version.
update knowledge_document d set current_version = v.version from knowledge_version v
 where v.id = %(id)s and d.id = v.document_id and (d.current_version is null or d.current_version < v.version);

-- name: mark_ready
-- The version is whole.
update knowledge_version set state = 'ready', code = null, reason = null where id = %(id)s;

-- name: drop_older
-- What readers saw before.
delete from knowledge_version where document_id = %(document_id)s and version < %(version)s;

-- name: note_fault
-- Why a version is not whole yet, or never will be.
update knowledge_version set code = %(code)s, reason = %(reason)s,
       state = case when %(final)s then 'failed' else state end,
       content = case when %(forget)s then null else content end
 where id = %(id)s and state <> 'ready';

-- name: requeue
-- A failed version is tried again, from where it came to; one that was never cut needs its file again.
update knowledge_version set state = case when passages is null then 'queued' else 'embedding' end,
       content = case when passages is null then %(content)s end, code = null, reason = null
 where id = %(id)s and state = 'failed';

-- name: list_documents
-- What the caller may read, by source; a document without a whole version by what it will be.
select d.id, d.source, d.created_at, v.kind, coalesce(v.title, d.source) as title, v.category, v.readers, v.dated, v.bytes, v.version, v.state,
       v.code, v.reason, v.passages, v.embedded, v.uploaded_by, v.uploaded_at, d.current_version
  from knowledge_document d
  join lateral (select * from knowledge_version n where n.document_id = d.id order by n.version desc limit 1) v on true
 where (cardinality(v.readers) = 0 or v.readers && %(permissions)s::text[])
   and not exists (select from knowledge_version c where c.document_id = d.id and c.version = d.current_version
                      and cardinality(c.readers) > 0 and not c.readers && %(permissions)s::text[])
   and (%(id)s::uuid is null or d.id = %(id)s)
   and (%(after)s::text is null or d.source > %(after)s)
   and starts_with(d.source, coalesce(%(path)s, ''))
   and (%(category)s::text is null or v.category = %(category)s)
 order by d.source
 limit %(limit)s;

-- name: delete_document
-- With all its versions and passages.
delete from knowledge_document where id = %(id)s;

-- name: delete_sources
-- The documents of these sources, with all their versions and passages.
delete from knowledge_document where source = any(%(sources)s);

-- name: unchanged_sources
-- Of these sources, those whose every version has one of these contents.
select d.source from knowledge_document d
 where d.source = any(%(sources)s)
   and not exists (select from knowledge_version v
                    where v.document_id = d.id and not v.content_hash = any(%(hashes)s));

-- name: readable_by
-- Whether the caller may read what readers see of a document now.
select not exists (select from knowledge_version v where v.document_id = %(document_id)s
                      and cardinality(v.readers) > 0 and not v.readers && %(permissions)s::text[]);

-- name: read_as
-- What the caller may do; `readable_passage` shows what needs no more, until the transaction ends.
select set_config('app.permissions', %(permissions)s, true);

-- name: search
-- The nearest in meaning, which the vector store has found, and the best in words (the idf of each word found as a
-- share of all that were asked, whatever the passage's length: passages are short), fused by reciprocal rank (Cormack
-- et al. 2009) with k = 10: a place by meaning counts three times, one by words as much as it covers of the question.
-- Measured in docs/evaluation.md.
-- Exact: every passage that the caller may read is compared. `held` is which of the words a passage has; few sets of
-- words differ, so they are weighed by the set, and only those that reach the best `pool` places are ranked
-- (`telling`); nothing is joined to all passages, so a wrong guess of how many there are does no harm. Stems count, so
-- no word twice and no small one; `known` is over the words as written as well: of a question in another language the
-- documents know not even the small ones. A cosine more costs next to nothing: it parts what is equal in words, and
-- says how near all are on the average.
with asked as materialized (
  select w.lexeme, quote_literal(w.lexeme)::tsquery as word, s.lexeme is not null as counts,
         row_number() over () as number
    from unnest(knowledge_words(%(words)s)) as w
    left join unnest(to_tsvector('english', %(words)s)) as s on s.lexeme = w.lexeme
), compared as materialized (
  select id, 1 - (embedding <=> %(embedding)s::halfvec) as similarity,
         array(select number from asked where words @@ word) as held
    from readable_passage
   where starts_with(source, coalesce(%(path)s, ''))
     and (%(category)s::text is null or category = %(category)s)
     and (%(document_id)s::uuid is null or document_id = %(document_id)s)
     and (%(since)s::timestamptz is null or dated >= %(since)s)
     and (%(until)s::timestamptz is null or dated < %(until)s)
), alike as materialized (
  select held, count(*) as passages, count(similarity) as vectors, sum(similarity) as similarity,
         array_agg(id) as ids, array_agg(similarity) as similarities
    from compared group by held
), frequent as (
  select number, sum(a.passages)::float8 as passages from alike a, unnest(a.held) as number group by number
), rare as materialized (
  select number, lexeme, counts, f.number is not null as known,
         ln(1 + (c.passages - coalesce(f.passages, 0) + 0.5) / (coalesce(f.passages, 0) + 0.5)) as idf
    from asked left join frequent f using (number), (select sum(passages)::float8 as passages from alike) c
), covered as materialized (
  select a.*, (select sum(idf) from rare where counts and number = any(a.held))
              / (select sum(idf) from rare where counts) as share
    from alike a
), telling as (
  select share, ids, similarities
    from (select *, sum(passages) over (order by share desc groups between unbounded preceding
                                                                       and 1 preceding) as before
            from covered where share is not null) as ranked
   where coalesce(before, 0) < %(pool)s
), near as materialized (
  select id, similarity from unnest(%(near)s::uuid[], %(similarities)s::float8[]) as n (id, similarity)
), worded as materialized (
  select m.id, m.similarity, t.share as weight
    from telling t, unnest(t.ids, t.similarities) as m (id, similarity)
   order by weight desc, m.similarity desc nulls last, m.id limit %(pool)s
), fused as materialized (
  select id, max(similarity) as similarity, sum(vote / (10 + place)) as score
    from (select id, similarity, 3 as vote, row_number() over (order by similarity desc, id) as place from near
          union all
          select id, similarity, weight,
                 row_number() over (order by weight desc, similarity desc nulls last, id) from worded) as found
   group by id
), best as materialized (
  select id, similarity, score
    from (select id, similarity, score from fused
          union all
          select m.id, m.similarity, 0 from alike a, unnest(a.ids, a.similarities) as m (id, similarity)
           where (select count(*) from fused) < %(top_k)s and not exists (select from fused f where f.id = m.id)
         ) as every
   order by score desc, similarity desc nulls last, id
   limit %(top_k)s
)
select b.id, p.document_id, p.source, p.title, p.category, p.dated, p.version, p.page, p.heading, p.text,
       b.similarity::float8 as similarity, c.share::float8 as weight, p.kind,
       (select avg(known::int)::float8 from rare) as known,
       array(select lexeme from rare where not known order by lexeme) as unknown,
       (select (sum(similarity) / nullif(sum(vectors), 0))::float8 from alike) as mean_similarity
  from best b
 cross join lateral (select * from readable_passage r where r.id = b.id offset 0) as p
  left join covered c on c.held = array(select number from asked where p.words @@ word)
 order by b.score desc, b.similarity desc nulls last, b.id;
