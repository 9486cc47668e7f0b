-- What automations remember between events, and what they have yet to do. No foreign keys: an automation that is deleted
-- while events are evaluated must not stop the evaluation; what it leaves behind is swept.

-- How far the stream of events has been evaluated. Whoever locks the row evaluates; the others have nothing to do.
create table automation_cursor (
  only_row boolean primary key default true check (only_row),
  xid xid8 not null,
  seq bigint not null,
  -- Events that were received before are not evaluated, wherever they stand in the stream.
  since timestamptz not null,
  -- Grows with every change of an automation that the stream tells of: servers keep the automations in memory.
  generation bigint not null default 0,
  ticked timestamptz not null
);
insert into automation_cursor (xid, seq, since, ticked)
values (pg_snapshot_xmin(pg_current_snapshot()), 0, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z');

create table automation_bucket (
  trigger_id uuid not null,
  -- Values of the labels in the trigger's for_each.
  key text[] not null,
  workspace_id uuid not null,
  automation_id uuid not null,
  proactive boolean not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  count integer not null,
  -- Of proactive triggers, which fire when there is no event at hand.
  last_event json,
  primary key (trigger_id, key)
);
-- What is over: proactive triggers fire, the rest is swept.
create index automation_bucket_over on automation_bucket (proactive, end_time, trigger_id, key);

-- The last firing of each trigger within another one that waits for more.
create table automation_firing (
  trigger_id uuid primary key,
  workspace_id uuid not null,
  automation_id uuid not null,
  triggered timestamptz not null,
  firing json not null
);
create index automation_firing_automation on automation_firing (automation_id);

-- What has to be done because an automation fired. Gone when it is done: its events tell.
create table automation_action (
  -- The invocation: what it makes is named after it, so that it is made once.
  id uuid primary key,
  -- The order in which they are done, as far as one server does them.
  seq bigint not null generated always as identity,
  workspace_id uuid not null,
  created timestamptz not null,
  automation_id uuid not null,
  action_index integer not null,
  -- It calls somebody outside, which cannot be a part of a transaction.
  is_call boolean not null,
  -- Everything as it was when the automation fired.
  automation json not null,
  action json not null,
  firing json not null,
  triggering_event json,
  triggered_event_id uuid not null,
  tries integer not null default 0,
  not_before timestamptz not null
);
create index automation_action_due on automation_action (is_call, not_before, seq);
