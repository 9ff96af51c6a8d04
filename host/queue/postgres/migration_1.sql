-- Money is in billionths of a dollar. Times are the database's own: clock_timestamp(), since now() is
-- that of the transaction's begin, and a lock may have been waited for since. Locks are taken in one
-- order: job, token, queue, money; a gateway alone.

create table limn_queue (
  is_one boolean primary key default true check (is_one),
  identity uuid not null default gen_random_uuid(), -- by which a machine knows its journals; a copy has the same
  max_cost bigint check (max_cost >= 0), -- null: no limit
  is_draining boolean not null default false
);
insert into limn_queue default values;

-- The queue's money is the sum of these; each alone means nothing. Were it one row, all that is announced and ended would wait for the disk one
-- after the other.
create table limn_money (
  shard integer primary key,
  reserved bigint not null default 0, -- of what is under way or unknown
  spent bigint not null default 0
) with (fillfactor = 50);
insert into limn_money (shard) select generate_series(0, 255);

-- What holds for all items of a file that was added.
create table limn_addition (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  file text not null,
  folder text not null,  -- that relative paths begin in
  defaults text not null -- JSON
);

create table limn_job (
  id bigint generated always as identity primary key,
  addition bigint not null,
  lane text not null default 'usual' check (lane in ('usual', 'batch')),
  batch bigint,                      -- its group; with it, no lease of its own
  line integer not null,
  item text,                         -- its own id
  fingerprint bytea not null unique, -- of what is wanted and the item's own id: equal ones are one job
  request text not null,             -- the item as it was written, JSON
  state text not null default 'queued'
    check (state in ('queued', 'claimed', 'sent', 'done', 'refused', 'unknown', 'cancelled')),
  fence integer not null default 0, -- rises whenever somebody else gets the right to it
  worker text,
  lease timestamptz,
  returned integer not null default 0, -- how often it came back without an end
  reserved bigint not null default 0,
  images integer not null default 0, -- that are there
  cost bigint,
  cost_basis text,
  failure_class text,
  failure text,
  report text,   -- JSON, as limn generate has it
  resolved text check (resolved in ('paid', 'not_paid')),
  created timestamptz not null default clock_timestamp(),
  ended timestamptz
);
create index limn_job_queued on limn_job (lane, id) where state = 'queued';
create index limn_job_leased on limn_job (lease) where state in ('claimed', 'sent');

-- No job of a lower number is queued, as a rule: a claim begins here, and not at the many that were claimed since the last vacuum. A
-- sequence, since it is neither taken back nor waited for; limn_tend puts right what two set at once.
create sequence limn_queued_from minvalue 0 start 0;
create sequence limn_tended minvalue 0 start 0; -- in seconds

-- A row for each attempt that asked, written before its first byte.
create table limn_attempt (
  job bigint not null,
  fence integer not null,
  attempt bigint not null, -- its worker's number of it
  asked integer not null default 1,
  worker text not null,
  gateway text not null,
  provider text not null,
  model text not null,
  at timestamptz not null default clock_timestamp(),
  ended timestamptz,
  failure_class text,
  http_status integer,
  request_id text,
  may_have_cost boolean,
  primary key (job, fence, attempt)
);

create function limn_check(p_version integer) returns void language plpgsql as $$
begin
  if (select max(number) from limn_schema) is distinct from p_version then
    raise exception using errcode = 'LM001', message = 'the queue is of another version of limn';
  end if;
end $$;

-- A job may be claimed once more.
create function limn_queued_again(p_job bigint) returns void language plpgsql as $$
begin
  if p_job < (select last_value from limn_queued_from) then
    perform setval('limn_queued_from', p_job);
  end if;
end $$;

create function limn_book(p_worker text, p_reserved bigint, p_spent bigint) returns void language plpgsql as $$
begin
  if p_reserved <> 0 or p_spent <> 0 then
    update limn_money set reserved = reserved + p_reserved, spent = spent + p_spent where shard = (hashtext(coalesce(p_worker, '')) & 255);
  end if;
end $$;

-- Whether so much more may be spent; then it is reserved. Where there is a limit those who ask go one after the other, each when the one before is on
-- the disk. Who sets one waits for those who found none.
create function limn_may_reserve(p_worker text, p_more bigint) returns boolean language plpgsql as $$
declare
  v_max bigint;
begin
  if p_more <= 0 then
    return true;
  end if;
  perform pg_advisory_xact_lock_shared(7812940553212);
  select max_cost into v_max from limn_queue;
  if v_max is not null then
    perform 1 from limn_queue for update;
    if (select sum(spent + reserved) from limn_money) + p_more > v_max then
      return false;
    end if;
  end if;
  perform limn_book(p_worker, p_more, 0);
  return true;
end $$;

create function limn_limit(p_max_cost bigint) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7812940553212);
  update limn_queue set max_cost = p_max_cost;
end $$;

-- The disk is not waited for: what is lost of it in a power cut was not announced, and is claimed once more.
create function limn_claim(p_version integer, p_worker text, p_most integer)
returns table (id bigint, fence integer, line integer, item text, request text, folder text, defaults text, fingerprint text)
language plpgsql as $$
#variable_conflict use_column
declare
  v_from bigint;
  v_jobs bigint[];
begin
  perform limn_check(p_version);
  perform set_config('synchronous_commit', 'off', true);
  loop
    select last_value into v_from from limn_queued_from;
    select array_agg(s.id) into v_jobs from (
      select q.id from limn_job q where q.state = 'queued' and q.lane = 'usual' and q.id >= v_from
          and exists (select from limn_queue where not is_draining)
        order by q.id for update skip locked limit p_most) s;
    exit when v_jobs is not null or not limn_tend();
  end loop;
  -- Not each time, since that is written to the log, and not where somebody has set it meanwhile.
  if v_jobs[1] > v_from + 32 and (select last_value from limn_queued_from) = v_from then
    perform setval('limn_queued_from', v_jobs[1]);
  end if;
  return query
    update limn_job j
      set state = 'claimed', fence = j.fence + 1, worker = p_worker, lease = clock_timestamp() + interval '60 s'
      from limn_addition a where j.id = any (v_jobs) and a.id = j.addition
      returning j.id, j.fence, j.line, j.item, j.request, a.folder, a.defaults, encode(j.fingerprint, 'hex');
end $$;

-- Before the first byte. Only 'may' lets it go out; then that survives a power cut.
create function limn_announce(p_job bigint, p_fence integer, p_worker text, p_attempt bigint, p_gateway text,
  p_provider text, p_model text, p_estimate bigint, p_token bigint)
returns text language plpgsql as $$
declare
  v_job limn_job%rowtype;
  v_more bigint;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  select * into v_job from limn_job where id = p_job and fence = p_fence and worker = p_worker for update;
  if not found or v_job.state not in ('claimed', 'sent') or v_job.lease <= clock_timestamp() then
    return 'lost';
  end if;
  if p_token is not null then
    perform 1 from limn_token where id = p_token and worker = p_worker and is_open for update;
    if not found then
      return 'late';
    end if;
  end if;
  if p_estimate is null and exists (select from limn_queue where max_cost is not null) then
    return 'no_price';
  end if;
  v_more := greatest(coalesce(p_estimate, 0) - v_job.reserved, 0);
  if not limn_may_reserve(p_worker, v_more) then
    return 'budget';
  end if;
  update limn_token set taken = clock_timestamp(), is_sent = true, lease = clock_timestamp() + interval '60 s'
    where id = p_token;
  update limn_job set state = 'sent', lease = clock_timestamp() + interval '60 s', reserved = reserved + v_more
    where id = p_job;
  insert into limn_attempt (job, fence, attempt, worker, gateway, provider, model)
    values (p_job, p_fence, p_attempt, p_worker, p_gateway, p_provider, p_model)
    on conflict (job, fence, attempt) do update set asked = limn_attempt.asked + 1, ended = null;
  return 'may';
end $$;

-- An attempt that asked has ended. `p_is_free`: nothing of the job is under way or may be lost. Where a power cut takes that
-- back the job's end, its next announcement or its lease says what holds.
create function limn_settle(p_job bigint, p_fence integer, p_attempt bigint, p_failure_class text, p_http_status integer,
  p_request_id text, p_may_have_cost boolean, p_is_free boolean, p_worker text default null)
returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  if p_is_free then
    update limn_job set state = 'claimed'
      where id = p_job and fence = p_fence and state = 'sent' and worker = coalesce(p_worker, worker);
  end if;
  update limn_attempt set ended = clock_timestamp(), failure_class = p_failure_class, http_status = p_http_status,
      request_id = p_request_id, may_have_cost = p_may_have_cost
    where job = p_job and fence = p_fence and attempt = p_attempt and worker = coalesce(p_worker, worker);
end $$;

-- The end of a job, by whoever holds its last fence, also where its lease was over. False: it is not theirs any more. Who names
-- themselves is told apart from who has the same fence of a database that was failed over or restored.
create function limn_finish(p_job bigint, p_fence integer, p_state text, p_images integer, p_cost bigint, p_basis text,
  p_failure_class text, p_failure text, p_report text, p_worker text default null)
returns boolean language plpgsql as $$
declare
  v_job limn_job%rowtype;
  v_spent bigint;
  v_kept bigint;
begin
  select * into v_job from limn_job where id = p_job and fence = p_fence and worker = coalesce(p_worker, worker)
    and state in ('claimed', 'sent', 'unknown') for update;
  if not found then
    return false;
  end if;
  v_spent := case when p_state = 'unknown' then 0 when p_basis = 'unknown' then greatest(p_cost, v_job.reserved) else p_cost end;
  v_kept := case when p_state = 'unknown' then greatest(p_cost, v_job.reserved) else 0 end;
  perform limn_book(v_job.worker, v_kept - v_job.reserved, v_spent);
  update limn_job set state = p_state, reserved = v_kept, images = p_images, cost = p_cost, cost_basis = p_basis,
      failure_class = p_failure_class, failure = p_failure, report = p_report, lease = null, ended = clock_timestamp()
    where id = p_job;
  return true;
end $$;

-- Back to the others, by who knows that nothing was drawn. What comes back three times is not tried again.
create function limn_release(p_job bigint, p_fence integer, p_counts boolean, p_failure_class text, p_failure text,
  p_worker text default null)
returns boolean language plpgsql as $$
declare
  v_job limn_job%rowtype;
  v_is_over boolean;
begin
  select * into v_job from limn_job where id = p_job and fence = p_fence and worker = coalesce(p_worker, worker)
    and state in ('claimed', 'sent', 'unknown') for update;
  if not found then
    return false;
  end if;
  v_is_over := p_counts and v_job.returned + 1 >= 3;
  perform limn_book(v_job.worker, -v_job.reserved, 0);
  update limn_job set state = case when v_is_over then 'refused' else 'queued' end, fence = fence + 1,
      returned = returned + case when p_counts then 1 else 0 end, worker = null, lease = null, reserved = 0,
      failure_class = p_failure_class, failure = p_failure, ended = case when v_is_over then clock_timestamp() end
    where id = p_job;
  perform limn_queued_again(p_job);
  return true;
end $$;

-- Whose lease is over: what was not sent is for somebody else, what was is unknown, and stays so until a person says more.
create function limn_reap(out p_returned integer, out p_unknown integer) language plpgsql as $$
declare
  v_freed bigint;
  v_first bigint;
begin
  perform limn_lane_reap();
  with lost as (
    select id, reserved from limn_job where state = 'claimed' and lane = 'usual' and lease < clock_timestamp() for update skip locked
  ), given_back as (
    update limn_job j set state = case when j.returned + 1 >= 3 then 'refused' else 'queued' end, fence = j.fence + 1,
        returned = j.returned + 1, worker = null, lease = null, reserved = 0, failure_class = 'internal',
        failure = 'its worker was lost before anything was asked for',
        ended = case when j.returned + 1 >= 3 then clock_timestamp() end
      from lost where j.id = lost.id returning j.id, lost.reserved
  )
  select count(*), coalesce(sum(reserved), 0), min(id) into p_returned, v_freed, v_first from given_back;
  perform limn_queued_again(v_first);
  with lost as (
    select id from limn_job where state = 'sent' and lane = 'usual' and lease < clock_timestamp() for update skip locked
  ), ended as (
    update limn_job j set state = 'unknown', lease = null, failure_class = 'outcome_unknown',
        failure = 'its worker was lost while it was asked for, and it may have been charged', ended = clock_timestamp()
      from lost where j.id = lost.id returning 1
  )
  select count(*) into p_unknown from ended;
  perform limn_book('', -v_freed, 0);
end $$;

-- What workers see to now and then, and who finds nothing to claim; one does it for all. False: somebody has within five seconds.
create function limn_tend() returns boolean language plpgsql as $$
declare
  v_now bigint := extract(epoch from clock_timestamp());
  v_first bigint;
begin
  if (select last_value from limn_tended) between v_now - 4 and v_now or not pg_try_advisory_xact_lock(7812940553213) then
    return false;
  end if;
  perform setval('limn_tended', v_now);
  perform limn_reap();
  -- In this form by limn_job_queued, whatever the statistics say of how many are queued: 'usual' is the last of the lanes.
  select id into v_first from limn_job where state = 'queued' and lane >= 'usual' order by lane, id limit 1;
  perform setval('limn_queued_from', coalesce(v_first, (select max(id) + 1 from limn_job), 0));
  return true;
end $$;

-- A worker is alive, and still has these.
create function limn_beat(p_version integer, p_worker text, p_jobs bigint[], p_tokens bigint[],
  out p_is_draining boolean, out p_held bigint[])
language plpgsql as $$
begin
  perform limn_check(p_version);
  with held as (
    update limn_job set lease = clock_timestamp() + interval '60 s'
      where id = any (p_jobs) and worker = p_worker and state in ('claimed', 'sent') returning id
  )
  select coalesce(array_agg(id), '{}') into p_held from held;
  update limn_token set lease = clock_timestamp() + interval '60 s' where id = any (p_tokens) and worker = p_worker and is_open;
  select is_draining into p_is_draining from limn_queue;
end $$;

-- What people do. Each returns the jobs that it was done to; null for all of the kind.

create function limn_cancel(p_jobs bigint[]) returns setof bigint language plpgsql as $$
declare
  v_freed bigint;
  v_jobs bigint[];
begin
  with found as (
    select id, reserved from limn_job where state in ('queued', 'claimed') and (p_jobs is null or id = any (p_jobs))
      order by id for update
  ), ended as (
    update limn_job j set state = 'cancelled', fence = j.fence + 1, worker = null, lease = null, reserved = 0,
        ended = clock_timestamp()
      from found where j.id = found.id returning j.id, found.reserved
  )
  select coalesce(array_agg(id order by id), '{}'), coalesce(sum(reserved), 0) into v_jobs, v_freed from ended;
  perform limn_book('', -v_freed, 0);
  return query select unnest(v_jobs);
end $$;

-- Not where images are there, which would be paid for again, nor where that is unknown.
create function limn_requeue(p_jobs bigint[]) returns setof bigint language plpgsql as $$
declare
  v_jobs bigint[];
begin
  with requeued as (
    update limn_job set state = 'queued', fence = fence + 1, returned = 0, worker = null, failure_class = null, failure = null,
        report = null, ended = null
      where images = 0 and (id = any (p_jobs) and state in ('refused', 'cancelled') or p_jobs is null and state = 'refused')
      returning id
  )
  select coalesce(array_agg(id order by id), '{}') into v_jobs from requeued;
  perform limn_queued_again(v_jobs[1]);
  return query select unnest(v_jobs);
end $$;

create function limn_resolve(p_jobs bigint[], p_is_paid boolean) returns setof bigint language plpgsql as $$
declare
  v_reserved bigint;
  v_jobs bigint[];
begin
  with found as (
    select id, reserved from limn_job where state = 'unknown' and id = any (p_jobs) order by id for update
  ), ended as (
    update limn_job j set
        state = case when p_is_paid then 'done' when j.images > 0 then 'refused' else 'queued' end,
        resolved = case when p_is_paid then 'paid' else 'not_paid' end,
        fence = j.fence + 1, reserved = 0, worker = null,
        cost = case when p_is_paid then greatest(found.reserved, coalesce(j.cost, 0)) else 0 end,
        ended = case when p_is_paid or j.images > 0 then clock_timestamp() end
      from found where j.id = found.id returning j.id, found.reserved
  )
  select coalesce(array_agg(id order by id), '{}'), coalesce(sum(reserved), 0) into v_jobs, v_reserved from ended;
  perform limn_book('', -v_reserved, case when p_is_paid then v_reserved else 0 end);
  perform limn_queued_again(v_jobs[1]);
  return query select unnest(v_jobs);
end $$;
