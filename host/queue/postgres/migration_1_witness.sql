-- Of the first migration: what machines know that this database may have lost.

-- Jobs that a machine has asked for and that are not here, as after a restore: whoever adds one again finds it asked for.
create table limn_foretold (
  fingerprint bytea primary key,
  worker text not null,
  fence integer not null
);

create function limn_look_back() returns trigger language plpgsql as $$
begin
  update limn_job j set state = 'sent', worker = f.worker, fence = f.fence, lease = clock_timestamp()
    from added a join limn_foretold f on f.fingerprint = a.fingerprint where j.id = a.id and j.state = 'queued';
  return null;
end $$;
create trigger limn_look_back after insert on limn_job referencing new table as added
  for each statement execute function limn_look_back();

-- What the machine of a worker wrote down of a request that was announced, and wins where this database has lost that: it was failed
-- over, or restored. `p_state`: how it ended, or 'sent' where it is under way and its worker lives. `p_verdict`: 'kept'; 'over': this
-- database knew as much, or more; 'busy': somebody else is asking for it meanwhile; 'twice': somebody else did; 'absent': no such job.
create function limn_witness(p_fingerprint text, p_worker text, p_fence integer, p_attempt bigint, p_gateway text, p_provider text,
  p_model text, p_estimate bigint, p_state text, p_images integer, p_cost bigint, p_basis text, p_failure_class text, p_failure text,
  p_report text, out p_verdict text, out p_now integer)
language plpgsql as $$
declare
  v_job limn_job%rowtype;
  v_is_known boolean;
  v_is_theirs boolean;
  v_more bigint;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  select * into v_job from limn_job where fingerprint = decode(p_fingerprint, 'hex') for update;
  p_now := v_job.fence;
  if not found then
    insert into limn_foretold (fingerprint, worker, fence) values (decode(p_fingerprint, 'hex'), p_worker, p_fence)
      on conflict (fingerprint) do update set worker = excluded.worker, fence = excluded.fence;
    p_verdict := 'absent';
    return;
  end if;
  v_is_known := exists (select from limn_attempt where job = v_job.id and worker = p_worker and attempt = p_attempt);
  v_is_theirs := v_job.worker is not distinct from p_worker and v_job.fence = p_fence;
  p_verdict := case
    when v_job.state in ('refused', 'cancelled') or v_is_theirs and v_job.state = 'done' then 'over'
    when v_is_known and not v_is_theirs then 'over'
    when v_is_known and p_state = 'sent' then 'over'
    when v_is_known and p_state = 'unknown' and v_job.state = 'claimed' then 'over' -- nothing of it was open
    when v_is_theirs and p_state = 'unknown' and v_job.state = 'unknown' then 'over'
    when not v_is_theirs and v_job.state = 'sent' then 'busy'
    when not v_is_theirs and v_job.state in ('done', 'unknown') then 'twice'
    else 'kept' end;
  if p_verdict <> 'kept' then
    return;
  end if;
  if not v_is_known then
    v_more := greatest(coalesce(p_estimate, 0) - v_job.reserved, 0); -- whatever the limit is: it was asked for
    p_now := case when v_is_theirs then p_fence else greatest(v_job.fence + 1, p_fence) end;
    perform limn_book(p_worker, v_more, 0);
    update limn_job set state = 'sent', fence = p_now, worker = p_worker, lease = clock_timestamp() + interval '60 s',
        reserved = reserved + v_more, ended = null
      where id = v_job.id;
    insert into limn_attempt (job, fence, attempt, worker, gateway, provider, model)
      values (v_job.id, p_now, p_attempt, p_worker, p_gateway, p_provider, p_model);
  end if;
  if p_state <> 'sent' then
    perform limn_finish(v_job.id, p_now, p_state, p_images, p_cost, p_basis, p_failure_class, p_failure, p_report);
  end if;
end $$;
