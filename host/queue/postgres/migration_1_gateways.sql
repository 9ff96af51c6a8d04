-- What gateways are asked for by all workers together, and what is known of them.

-- By the digest of address and key.
create table limn_gateway (
  id text primary key,
  closed_until timestamptz
);

-- What is known of a gateway for a while: that it is out of credit, or has no endpoint for a provider.
create table limn_fact (
  gateway text not null, -- as limn_gateway has it
  kind text not null,
  provider text not null,
  until timestamptz not null,
  primary key (gateway, kind, provider)
);

-- What a gateway was sent lately, or is about to be.
create table limn_token (
  id bigint generated always as identity primary key,
  gateway text not null,
  worker text not null,
  images integer not null,
  taken timestamptz not null default clock_timestamp(),
  is_sent boolean not null default false, -- else it is held for somebody
  is_open boolean not null default true,  -- in flight, or held
  lease timestamptz not null default clock_timestamp() + interval '60 s'
);
create index limn_token_gateway on limn_token (gateway);

-- Who of those that wait at a gateway may go, in their order: a token each, 0 where none is needed. Each token returns 62 s after its
-- request was announced, so that no minute of the gateway's sees more than it takes.
create function limn_admit(p_gateway text, p_worker text, p_images integer[], p_per_minute integer[], p_in_flight integer[],
  out p_tokens bigint[], out p_closed_ms bigint, out p_wait_ms bigint, out p_waits_for text)
language plpgsql as $$
declare
  v_now timestamptz;
  v_closed timestamptz;
  v_over integer;
  v_until timestamptz;
  v_token bigint;
begin
  insert into limn_gateway (id) values (p_gateway) on conflict do nothing;
  select closed_until into v_closed from limn_gateway where id = p_gateway for update;
  v_now := clock_timestamp();
  p_tokens := '{}';
  p_closed_ms := 0;
  if v_closed > v_now then
    p_closed_ms := ceil(extract(epoch from v_closed - v_now) * 1000);
    return;
  end if;
  delete from limn_token where gateway = p_gateway and (lease < v_now or not is_open)
    and (not is_sent or taken < v_now - interval '62 s');
  for i in 1 .. cardinality(p_images) loop
    if p_per_minute[i] > 0 then
      select coalesce(sum(images), 0) + least(p_images[i], p_per_minute[i]) - p_per_minute[i] into v_over from limn_token
        where gateway = p_gateway and (not is_sent or taken >= v_now - interval '62 s');
      if v_over > 0 then
        select back.taken + interval '62 s' into v_until
          from (select taken, sum(images) over (order by taken, id) as images from limn_token
                  where gateway = p_gateway and is_sent and taken >= v_now - interval '62 s') back
          where back.images >= v_over order by back.taken limit 1;
        p_wait_ms := coalesce(ceil(extract(epoch from v_until - v_now) * 1000) + 1, 1000);
        p_waits_for := 'minute';
        return;
      end if;
    end if;
    if p_in_flight[i] > 0 and
        (select count(*) from limn_token where gateway = p_gateway and is_open and lease >= v_now) >= p_in_flight[i] then
      p_wait_ms := 500;
      p_waits_for := 'in_flight';
      return;
    end if;
    v_token := 0;
    if p_per_minute[i] > 0 or p_in_flight[i] > 0 then
      insert into limn_token (gateway, worker, images)
        values (p_gateway, p_worker, case when p_per_minute[i] > 0 then p_images[i] else 0 end) returning id into v_token;
    end if;
    p_tokens := p_tokens || v_token;
  end loop;
end $$;

create function limn_give_back(p_token bigint) returns void language plpgsql as $$
begin
  delete from limn_token where id = p_token and not is_sent;
  update limn_token set is_open = false where id = p_token;
end $$;

-- One worker's pause is that of all.
create function limn_close(p_gateway text, p_ms bigint) returns void language sql as $$
  insert into limn_gateway (id, closed_until) values (p_gateway, clock_timestamp() + p_ms * interval '1 ms')
    on conflict (id) do update set closed_until = greatest(limn_gateway.closed_until, excluded.closed_until)
$$;

-- Takes what one worker found out of gateways ([{gateway, kind, provider, ms}]; ms 0: it is so no more), and tells what is known.
create function limn_exchange(p_changes json) returns table (gateway text, kind text, provider text, ms bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  -- In one order for all, who may do it at once.
  insert into limn_fact as f (gateway, kind, provider, until)
    select c.gateway, c.kind, c.provider, clock_timestamp() + c.ms * interval '1 ms'
      from json_to_recordset(p_changes) as c(gateway text, kind text, provider text, ms bigint)
      order by c.gateway, c.kind, c.provider
    on conflict (gateway, kind, provider) do update set until = excluded.until;
  return query select f.gateway, f.kind, f.provider, ceil(extract(epoch from f.until - clock_timestamp()) * 1000)::bigint
    from limn_fact f where f.until > clock_timestamp();
end $$;
