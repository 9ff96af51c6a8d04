-- --- The cheap lane: jobs that go to a gateway in groups, by its Batch API ---

-- A group, from its claim on. Its jobs have no leases: they are as its own. Locks: batch, job, queue.
create table limn_batch (
  id bigint generated always as identity primary key,
  submission uuid not null unique default gen_random_uuid(), -- what it is found by at the gateway
  state text not null default 'making'
    check (state in ('making',    -- nothing was asked for
                     'submitted', -- it may be at the gateway
                     'running',   -- it is, under the name `batch`
                     'over')),
  fence integer not null default 1, -- rises whenever another worker gets the right to it
  worker text not null,
  lease timestamptz not null,
  gateway text, -- by the digest of address and key
  batch text,
  stands text,  -- as the gateway said last
  at timestamptz not null default clock_timestamp(),
  submitted timestamptz,
  ended timestamptz
);
create index limn_batch_open on limn_batch (id) where state <> 'over';
create index limn_job_batch on limn_job (batch) where state in ('claimed', 'sent');

create function limn_lane_claim(p_version integer, p_worker text, p_most integer)
returns table (batch bigint, submission uuid, id bigint, fence integer, line integer, item text, request text, folder text,
  defaults text, room bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  v_batch limn_batch%rowtype;
  v_room bigint;
begin
  perform limn_check(p_version);
  if not exists (select from limn_job where state = 'queued' and lane = 'batch')
      or (select is_draining from limn_queue) then
    return;
  end if;
  select max_cost - (select sum(spent + reserved) from limn_money) into v_room from limn_queue;
  insert into limn_batch (worker, lease) values (p_worker, clock_timestamp() + interval '60 s') returning * into v_batch;
  return query
    update limn_job j set state = 'claimed', fence = j.fence + 1, worker = p_worker, lease = null, batch = v_batch.id
      from (select q.id from limn_job q where q.state = 'queued' and q.lane = 'batch' order by q.id
              for update skip locked limit p_most) q, limn_addition a
      where j.id = q.id and a.id = j.addition
      returning v_batch.id, v_batch.submission, j.id, j.fence, j.line, j.item, j.request, a.folder, a.defaults, v_room;
  if not found then
    delete from limn_batch where id = v_batch.id;
  end if;
end $$;

-- Before the gateway is asked to begin it: all its jobs are sent, and their money is reserved, or nothing is done. `p_jobs`:
-- in their order, all that the group has.
create function limn_lane_announce(p_batch bigint, p_fence integer, p_worker text, p_gateway text, p_name text,
  p_provider text, p_model text, p_jobs bigint[], p_estimates bigint[])
returns text language plpgsql as $$
declare
  v_jobs bigint[];
  v_more bigint;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  perform 1 from limn_batch
    where id = p_batch and fence = p_fence and state = 'making' and lease > clock_timestamp() for update;
  if not found then
    return 'lost';
  end if;
  perform 1 from limn_job where batch = p_batch and state = 'claimed' order by id for update;
  select array_agg(id order by id) into v_jobs from limn_job where batch = p_batch and state = 'claimed';
  if v_jobs is distinct from p_jobs then
    return 'changed';
  end if;
  if array_position(p_estimates, null) is not null and exists (select from limn_queue where max_cost is not null) then
    return 'no_price';
  end if;
  select coalesce(sum(e), 0) into v_more from unnest(p_estimates) e;
  if not limn_may_reserve(p_worker, v_more) then
    return 'budget';
  end if;
  update limn_job j set state = 'sent', reserved = coalesce(e.estimate, 0)
    from unnest(p_jobs, p_estimates) e(id, estimate) where j.id = e.id;
  insert into limn_attempt (job, fence, attempt, worker, gateway, provider, model)
    select id, fence, 0, p_worker, p_name, p_provider, p_model from limn_job where id = any (p_jobs);
  update limn_batch set state = 'submitted', submitted = clock_timestamp(), gateway = p_gateway,
      lease = clock_timestamp() + interval '60 s'
    where id = p_batch;
  return 'may';
end $$;

-- The gateway has it under that name.
create function limn_lane_running(p_batch bigint, p_fence integer, p_name text) returns boolean language plpgsql as $$
begin
  update limn_batch set state = 'running', batch = p_name, lease = clock_timestamp() + interval '60 s'
    where id = p_batch and fence = p_fence and state in ('submitted', 'running');
  return found;
end $$;

-- Its worker is alive. False: it is somebody else's.
create function limn_lane_beat(p_version integer, p_batch bigint, p_fence integer, p_stands text)
returns boolean language plpgsql as $$
begin
  perform limn_check(p_version);
  update limn_batch set lease = clock_timestamp() + interval '60 s', stands = p_stands
    where id = p_batch and fence = p_fence and state <> 'over';
  return found;
end $$;

-- Gives jobs of a group back, by who knows that they were not drawn and not charged. Null: all that it has left.
create function limn_lane_release(p_batch bigint, p_fence integer, p_jobs bigint[], p_counts boolean, p_failure_class text,
  p_failure text)
returns bigint language plpgsql as $$
declare
  v_freed bigint;
  v_count bigint;
begin
  perform 1 from limn_batch where id = p_batch and fence = p_fence and state <> 'over' for update;
  if not found then
    return 0;
  end if;
  with found as (
    select id, reserved, returned + case when p_counts then 1 else 0 end as times from limn_job
      where batch = p_batch and state in ('claimed', 'sent') and (p_jobs is null or id = any (p_jobs)) order by id for update
  ), attempts as (
    update limn_attempt a set ended = clock_timestamp(), failure_class = p_failure_class, may_have_cost = false
      from found where a.job = found.id and a.attempt = 0 and a.ended is null
  ), given_back as (
    update limn_job j set state = case when p_counts and times >= 3 then 'refused' else 'queued' end, fence = j.fence + 1,
        returned = times, worker = null, batch = null, reserved = 0, failure_class = p_failure_class, failure = p_failure,
        ended = case when p_counts and times >= 3 then clock_timestamp() end
      from found where j.id = found.id returning found.reserved
  )
  select count(*), coalesce(sum(reserved), 0) into v_count, v_freed from given_back;
  perform limn_book('', -v_freed, 0);
  return v_count;
end $$;

-- As limn_finish, of one of a group.
create function limn_lane_finish(p_job bigint, p_fence integer, p_state text, p_images integer, p_cost bigint, p_basis text,
  p_failure_class text, p_failure text, p_report text, p_http_status integer, p_request_id text, p_may_have_cost boolean)
returns boolean language plpgsql as $$
begin
  if not limn_finish(p_job, p_fence, p_state, p_images, p_cost, p_basis, p_failure_class, p_failure, p_report) then
    return false;
  end if;
  update limn_attempt set ended = clock_timestamp(), failure_class = p_failure_class, http_status = p_http_status,
      request_id = p_request_id, may_have_cost = p_may_have_cost
    where job = p_job and attempt = 0 and ended is null;
  return true;
end $$;

-- A group that has no jobs left.
create function limn_lane_over(p_batch bigint, p_fence integer) returns boolean language plpgsql as $$
begin
  update limn_batch set state = 'over', ended = clock_timestamp()
    where id = p_batch and fence = p_fence and state <> 'over'
      and not exists (select from limn_job where batch = p_batch and state in ('claimed', 'sent'));
  return found;
end $$;

-- Its worker goes away.
create function limn_lane_hand_over(p_batch bigint, p_fence integer) returns void language sql as $$
  update limn_batch set lease = clock_timestamp() where id = p_batch and fence = p_fence and state <> 'over'
$$;

-- Takes over a group whose worker is gone, at one of these gateways.
create function limn_lane_take(p_version integer, p_worker text, p_gateways text[])
returns table (batch bigint, submission uuid, fence integer, state text, gateway text, name text, submitted_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  v_batch limn_batch%rowtype;
begin
  perform limn_check(p_version);
  perform limn_lane_reap();
  select b.* into v_batch from limn_batch b
    where b.state in ('submitted', 'running') and b.lease < clock_timestamp() and b.gateway = any (p_gateways)
    order by b.id for update skip locked limit 1;
  if not found then
    return;
  end if;
  update limn_batch b set worker = p_worker, fence = b.fence + 1, lease = clock_timestamp() + interval '60 s' where b.id = v_batch.id;
  update limn_job j set worker = p_worker, fence = j.fence + 1 where j.batch = v_batch.id and j.state = 'sent';
  return query select v_batch.id, v_batch.submission, v_batch.fence + 1, v_batch.state, v_batch.gateway, v_batch.batch,
    ceil(extract(epoch from clock_timestamp() - v_batch.submitted) * 1000)::bigint;
end $$;

-- Of a group whose worker was lost before it asked for anything the jobs are for others. One that nobody has looked after for
-- two days, since none has its gateway any more, is for people.
create function limn_lane_reap() returns void language plpgsql as $$
declare
  v_batch limn_batch%rowtype;
begin
  for v_batch in select * from limn_batch where state = 'making' and lease < clock_timestamp() order by id
      for update skip locked limit 1 loop
    perform limn_lane_release(v_batch.id, v_batch.fence, null, true, 'internal',
      'its worker was lost before anything was asked for');
    update limn_batch set state = 'over', fence = fence + 1, ended = clock_timestamp() where id = v_batch.id;
  end loop;
  for v_batch in select * from limn_batch where state in ('submitted', 'running') and lease < clock_timestamp() - interval '2 days'
      order by id for update skip locked loop
    update limn_job set state = 'unknown', failure_class = 'outcome_unknown', ended = clock_timestamp(),
        failure = 'no worker has the gateway any more that has its batch ' || coalesce(v_batch.batch, v_batch.submission::text)
      where batch = v_batch.id and state = 'sent';
    update limn_batch set state = 'over', fence = fence + 1, ended = clock_timestamp() where id = v_batch.id;
  end loop;
end $$;
